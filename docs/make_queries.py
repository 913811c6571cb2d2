"""Asks the questions of docs/queries.md of a made-up lab, and writes the answers: `python docs/make_queries.py`."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import lab
from played import replayed
from players import environment, in_process, living_in

PAGE = Path(__file__).with_name("queries.md")
SHOWN = "/home/ada"


def asked(text: str) -> str:
    """The page with what its commands answer now."""
    with tempfile.TemporaryDirectory(prefix="ckreg-") as folder:
        home = Path(folder).resolve()
        env = environment(home)
        root = lab.build(home, env)

        def play(commands: Sequence[str]) -> list[str]:
            with living_in({**env, "CKREG_NOW": lab.NOW}):
                return [part.replace(str(home), SHOWN) for part in in_process(commands, root)]

        return replayed(text, play)


if __name__ == "__main__":
    PAGE.write_text(asked(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
