"""The timeline: status events and commits, as history has them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ckreg.core.site.experiment_page import Event
from ckreg.core.site.material import Material, Row
from ckreg.core.site.words import local_time, text, words

EVENT_COLUMNS = (
    *("at", "kind", "words", "run", "task", "epoch", "from_status", "to_status", "by", "evidence", "who"),
    "commit",
)
_STATUS = "status"
_SHORT = 10
_LONG_AGO = datetime(1, 1, 1)  # noqa: DTZ001  # local, as all times of the site


def events(material: Material) -> list[Event]:
    """What happened, oldest first; what a commit is about comes before the statuses that it changed."""
    found = [_commit(row) for row in material.commits] + [_status(row) for row in material.statuses]
    return sorted(found, key=lambda event: event.at)


def event_cells(found: Sequence[Event]) -> Iterator[tuple[object, ...]]:
    """The events as rows of a file."""
    return (tuple(getattr(event, column) for column in EVENT_COLUMNS) for event in found)


def _commit(row: Row) -> Event:
    return Event(
        at=local_time(row["at"]) or _LONG_AGO,
        kind=words(row["kind"]),
        words=words(row["words"]),
        who=text(row["author"]),
        commit=str(row["commit_id"])[:_SHORT],
    )


def _status(row: Row) -> Event:
    epoch = None if row["epoch"] is None else f"epoch {row['epoch']}"
    what = ", ".join(words(part) for part in (row["run"], row["task"], epoch) if part)
    before, after = row["from_status"], row["to_status"]
    change = words(after) if before == after else f"{before or 'new'} → {after}"
    return Event(
        at=local_time(row["at"], row["committed"]) or _LONG_AGO,
        kind=_STATUS,
        words=words(f"{what}: {change}{', too late' if row['overtaken'] else ''}"),
        run=text(row["run"]),
        task=text(row["task"]),
        epoch=text(row["epoch"]),
        from_status=text(before),
        to_status=text(after),
        by=text(row["by"]),
        evidence=text(row["evidence"]),
        who=text(row["author"]),
        commit=str(row["commit_id"])[:_SHORT],
    )
