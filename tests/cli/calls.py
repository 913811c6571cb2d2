"""Calls the command line in this process, as the `ckreg` script does."""

from pathlib import Path
from typing import NamedTuple

import pytest

from ckreg.cli.main import main


class Said(NamedTuple):
    """What a call gave back."""

    code: int
    out: str
    err: str


class Caller:
    """`call("status", "show")` in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def __call__(self, *words: str) -> Said:
        self.capsys.readouterr()
        code = main(["-C", str(self.folder), *words])
        return Said(code, *self.capsys.readouterr())
