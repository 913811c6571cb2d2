"""The folders that jobs' logs go to: Slurm ends a job without a word where its log cannot be written."""

import os
from collections.abc import Iterator, Mapping, Sequence

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.core.submission.planning import Work
from ckreg.core.submission.script import output_of
from ckreg.core.summary.rows import RowKey
from ckreg.errors import OutsideError

_TOLD = 3


def missing_folders(
    home: Home, experiment: str, works: Sequence[Work], scripts: Mapping[RowKey, str]
) -> list[str]:
    """Folders of logs that are not there, in order; what has patterns of Slurm in it is not known before."""
    folders = set()
    for work in works:
        output = os.path.dirname(output_of(scripts[work.key]).replace("%%", "\0"))  # noqa: PTH120  # not yet a path
        if "%" not in output:
            beside = str(home.experiments / experiment / work.folder)
            folders.add(os.path.normpath(os.path.join(beside, output.replace("\0", "%"))))  # noqa: PTH118  # as above
    return sorted(folder for folder in folders if not os.path.isdir(folder))  # noqa: PTH112  # as above


def make_folders(home: Home, folders: Sequence[str]) -> None:
    """Make those below scratch_dir, where jobs write; a script of a registry says no other place to make.

    Raises:
        OutsideError: one cannot be made.
    """
    for folder in _below_scratch(home, folders):
        try:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103  # see above
        except OSError as error:
            raise OutsideError(
                f"{folder} cannot be made ({error.strerror}), and a job's log is to go there. Nothing was "
                "sent. Make it, or change scratch_dir."
            ) from None


def folder_warnings(home: Home, folders: Sequence[str]) -> list[str]:
    """What to tell of folders that are not made."""
    made = set(_below_scratch(home, folders))
    left = [folder for folder in folders if folder not in made]
    return [
        f"{folder} is not there: Slurm ends a job without a word where its log cannot be written."
        for folder in left[:_TOLD]
    ]


def _below_scratch(home: Home, folders: Sequence[str]) -> Iterator[str]:
    scratch = load_settings(home).scratch_dir
    if scratch is not None:
        top = os.path.normpath(scratch).rstrip("/")
        yield from (folder for folder in folders if folder.startswith(f"{top}/"))
