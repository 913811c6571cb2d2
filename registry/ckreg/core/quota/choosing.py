"""Which row of a quota command's answer holds for a folder."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ckreg.core.quota.table import Row, read_rows
from ckreg.core.text import LINE_END, one_line

_GIB = 1024**3
_NO_QUOTA = re.compile(r"\bquotas? for .*: *none\s*$", re.IGNORECASE | re.MULTILINE)
_LONGEST = 80

Nearness = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Quota:
    """What a quota leaves; None where there is no limit. `name` is the row's, `choice` why it is this one."""

    name: str
    left_gib: float | None
    limit_gib: float | None
    files_left: int | None
    choice: str


class Understood(NamedTuple):
    """A quota, or why the answer tells none."""

    quota: Quota | None
    reason: str | None


def read_quota(output: str, folders: Sequence[str], filesystem: Sequence[str] = ()) -> Understood:
    """The quota that holds for a folder; `folders` are its names, of which links may make several.

    `filesystem` is how `df` names its device and its mount point.

    It is the row that covers the folder (the longest path of several), else the only row, else the tightest.
    What cannot be understood is not guessed: the reason shows the answer's first line.
    """
    if _NO_QUOTA.search(output):
        return Understood(Quota("", None, None, None, "no quota is set"), None)
    rows = read_rows(output)
    if not rows.sizes:
        first = next((line for line in LINE_END.split(output) if line.strip()), "")
        shown = one_line(first.strip()[:_LONGEST])
        return Understood(None, f"the answer is not understood: {shown}" if shown else "the answer is empty")
    nearness = partial(_nearness, folders=folders, filesystem=filesystem)
    size, choice = _chosen(rows.sizes, nearness)
    files = min(
        (row.left for row in rows.files if row.name == size.name and row.left is not None), default=None
    )
    return Understood(
        Quota(
            one_line(size.name),
            None if size.left is None else size.left / _GIB,
            None if size.limit is None else size.limit / _GIB,
            None if files is None else int(files),
            choice,
        ),
        None,
    )


def _chosen(rows: Sequence[Row], nearness: Callable[[Row], Nearness]) -> tuple[Row, str]:
    best = max(map(nearness, rows))
    if any(best):
        return _tightest([row for row in rows if nearness(row) == best]), "it covers scratch_dir"
    if len(rows) == 1:
        return rows[0], "the only one that is told"
    return _tightest(rows), f"the tightest of {len(rows)}, of which none is known to cover scratch_dir"


def _nearness(row: Row, folders: Sequence[str], filesystem: Sequence[str]) -> Nearness:
    """How surely a row covers the folder: by a path, a folder's name on the way, its filesystem."""
    covering = [len(path) for path in row.paths for folder in folders if _covers(path, folder)]
    same = [word for word in row.words if word in filesystem]
    if row.paths:
        return max(covering, default=0), 0, len(same)
    on_the_way = {part for folder in folders for part in folder.split("/") if part}
    return 0, sum(word in on_the_way for word in row.words), len(same)


def _covers(path: str, folder: str) -> bool:
    return path.startswith("/") and f"{folder}/".startswith(f"{path.rstrip('/')}/")


def _tightest(rows: Sequence[Row]) -> Row:
    """The row with the least left; one without a limit only where no other has one."""
    return min(rows, key=lambda row: (row.left is None, row.left or 0.0))
