"""What `ckreg init --json` prints."""

from typing import TypeAlias, TypedDict

from ckreg.cli.answers import Change
from ckreg.commands.init import Initialised


class Planned(TypedDict):
    """What would be written, with --dry-run."""

    files: list[Change]


Answer: TypeAlias = Initialised | Planned
