"""Calls the command line in this process, as the `ckreg` script does."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from jsonschema import Draft202012Validator

from ckreg.cli.answered import answer_of, commands
from ckreg.cli.main import main
from ckreg.commands.schema import ALONE, schema_of_answer


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
        said = Said(code, *self.capsys.readouterr())
        if "--json" in words and said.out:
            hold(words, said.out)
        return said


def hold(words: Sequence[str], out: str) -> str:
    """Hold what a call printed against the schema of its command; which one that is."""
    names = commands()
    command = next(name for name in (" ".join(words[:2]), words[0], ALONE) if name in names)
    decoder, place = json.JSONDecoder(), 0
    while place < len(out.rstrip()):  # `status sync --watch` prints one a round
        value, place = decoder.raw_decode(out, place)
        validator(command).validate(value)
        place += 1
    return command


@cache
def validator(command: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of_answer(command, answer_of(command)))
