"""What several verbs share: the place a call is about, and options that read the same everywhere."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from ckreg.adapters.tree import Home, find_home
from ckreg.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Place:
    """Where the call stands: the current folder, or that of `-C`."""

    start: Path

    def home(self) -> Home:
        """The registry around it.

        Raises:
            NotFoundError: there is none, or no such folder.
        """
        if not self.start.is_dir():
            raise NotFoundError(f"{self.start} is not a folder. `ckreg -C DIR` takes one that is there.")
        return find_home(self.start)

    def path(self, word: str) -> Path:
        """A path typed on the command line, read from this place."""
        return Path(os.path.normpath(self.start / Path(word).expanduser()))


json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
at_option = click.option("--at", metavar="REV|DATE", help="As it was at a revision, or at the end of a day.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Approve without being asked.")

create_dataset_option = click.option(
    "--create-dataset", is_flag=True, help="Write the capitalization dataset where it is missing."
)


def on_terminal() -> bool:
    """Whether a person can be asked: both input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()
