"""Merges how far one run is: a row's status, its job and its times, which belong together."""

from collections.abc import Mapping

from ckreg.core.status import FINISHED, Status
from ckreg.core.summary.tables import NOTHING

COLUMNS = ("status", "job id", "started", "completed")
_RANK = {Status.PENDING: 0, Status.RUNNING: 1, Status.COMPLETED: 2, Status.FAILED: 2}
Cells = Mapping[str, str]


def merged_progress(base: Cells, one: Cells, two: Cells) -> Cells | None:
    """The cells of the row where both sides have been at them; None where a person must decide.

    pending < running < completed or failed: the further one wins, with the job and times that it came with.
    Completed against failed is a conflict, and so are a retry and two jobs that are equally far.
    """
    if one in (two, base):
        return two
    if two == base:
        return one
    old, first, second = (_status(cells) for cells in (base, one, two))
    if old is None or first is None or second is None or _starts_over(base, one) or _starts_over(base, two):
        return None
    jobs = {_cell(cells, "job id") for cells in (one, two)} - {None}
    if first == second:
        return _joined(base, one, two) if len(jobs) < 2 else None  # noqa: PLR2004  # two jobs
    if _RANK[first] == _RANK[second]:
        return None
    loser, winner = sorted((one, two), key=lambda cells: _RANK[Status(cells["status"])])
    if len(jobs) < 2:  # noqa: PLR2004  # two jobs
        return _filled(base, winner, loser)
    return None if loser["status"] == base["status"] else winner


def _status(cells: Cells) -> Status | None:
    text = cells.get("status")
    return Status(text) if text in set(Status) else None


def _cell(cells: Cells, column: str) -> str | None:
    text = cells.get(column)
    return None if text in NOTHING else text


def _starts_over(base: Cells, side: Cells) -> bool:
    """Whether this side went back, or on with another job."""
    old, new = Status(base["status"]), Status(side["status"])
    job, next_job = _cell(base, "job id"), _cell(side, "job id")
    return (
        _RANK[new] < _RANK[old]
        or (old in FINISHED and new != old)
        or (job is not None and next_job is not None and job != next_job)
    )


def _joined(base: Cells, one: Cells, two: Cells) -> Cells | None:
    """Both say the same status of the same job: who said so first has the time, as one after the other."""
    said = {Status.RUNNING: "started"}.get(Status(one["status"]), "completed")
    first, second = sorted((one, two), key=lambda cells: (_cell(cells, said) or "~", *cells.values()))
    cells = {}
    for column in one:
        values = [side[column] for side in (first, second) if side[column] != base[column]]
        if len(set(values)) > 1 and (
            _cell(base, column) is not None or column not in {"started", "completed"}
        ):
            return None
        cells[column] = values[0] if values else base[column]
    return cells if _in_order(cells) else first


def _in_order(cells: Cells) -> bool:
    started, completed = _cell(cells, "started"), _cell(cells, "completed")
    return started is None or completed is None or started <= completed


def _filled(base: Cells, winner: Cells, loser: Cells) -> Cells:
    """The winner's cells, with the job and the start that only the other side knew."""
    cells = dict(winner)
    for column in ("job id", "started"):
        known = _cell(loser, column) if column in cells else None
        if known is not None and _cell(winner, column) is None and _cell(base, column) is None:
            cells[column] = known
    return cells if _in_order(cells) else winner
