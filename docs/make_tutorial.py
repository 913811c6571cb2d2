"""Plays docs/tutorial.md from an empty folder, and writes what its commands print: `python docs/make_tutorial.py`."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from played import replayed
from players import environment, shell

PAGE = Path(__file__).with_name("tutorial.md")
SHOWN = "/home/ada"


def played(text: str) -> str:
    """The tutorial with what its commands print now."""
    with tempfile.TemporaryDirectory(prefix="ckreg-") as folder:
        home = Path(folder).resolve()

        def play(commands: Sequence[str]) -> list[str]:
            printed = shell(commands, home, environment(home))
            return [part.replace(str(home), SHOWN) for part in printed]

        return replayed(text, play)


if __name__ == "__main__":
    PAGE.write_text(played(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
