"""Plays the tour in README.md, and writes what its commands print: `python docs/make_tour.py`."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from played import replayed
from players import environment, identify, shell

from ckreg.adapters.demo_place import lay_out

PAGE = Path(__file__).resolve().parents[1] / "README.md"
NOW = "2026-03-02T09:00:00+00:00"


def toured(text: str) -> str:
    """The page with what its commands print now, beside the material of `ckreg demo`."""
    with tempfile.TemporaryDirectory(prefix="ckreg-") as folder:
        home = Path(folder).resolve()
        identify(home)
        place = lay_out(home / "tour")

        def play(commands: Sequence[str]) -> list[str]:
            return shell(commands, place, environment(home, now=NOW))

        return replayed(text, play)


if __name__ == "__main__":
    PAGE.write_text(toured(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
