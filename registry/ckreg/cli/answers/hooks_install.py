"""What `ckreg hooks install --json` prints."""

from typing import TypeAlias, TypedDict

from ckreg.cli.answers import Change
from ckreg.commands.hooks import Hooks


class Planned(TypedDict):
    """What would be written, with --dry-run."""

    files: list[Change]


Answer: TypeAlias = Hooks | Planned
