"""What became of experiments: the log of their design and git's history as one timeline."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ckreg.adapters.cache import Cache, Row
from ckreg.adapters.tree import Home, read_text
from ckreg.core import journal
from ckreg.core.commit_lines import What
from ckreg.errors import NotFoundError
from ckreg.flows.refreshing import cache_to_read

_LOG = "design-experiment.log"
_SHORT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """What a line of the timeline tells of a row's status, as values; None where it was not told."""

    run: str
    task: str | None
    epoch: str | None
    from_status: str | None
    to_status: str | None
    job: str | None
    by: str | None
    evidence: str | None
    forced: bool
    overtaken: str | None
    by_hand: bool
    attempt: int


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened, at a local time; `who` and `commit` are None for entries of the log."""

    at: datetime
    kind: What
    experiment: str
    words: str
    details: tuple[str, ...] = ()
    run: str | None = None
    who: str | None = None
    commit: str | None = None
    email: str | None = None
    status: StatusChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the timeline is wanted; None is all. `by` is part of a name or address, or a source."""

    experiment: str | None = None
    run: str | None = None
    since: datetime | None = None
    by: str | None = None


def history_of(home: Home, asked: Asked) -> list[Told]:
    """The timeline, oldest first.

    Raises:
        NotFoundError: nothing names the run that is asked for.
    """
    names = home.experiment_names() if asked.experiment is None else [asked.experiment]
    told = [entry for name in names for entry in _logged(home, name)]
    with cache_to_read(home) as cache:
        # What a commit is about comes before the statuses that it changed.
        told += _rows(cache, "commits", asked, _commit)
        told += _rows(cache, "status_history", asked, _status)
    if asked.run is not None:
        told = [line for line in told if _is_about(line, asked.run)]
        if not told:
            raise NotFoundError(
                f"Nothing in the history of {asked.experiment or 'the registry'} names the run "
                f"{asked.run!r}. `ckreg status show` lists the runs."
            )
    wanted = (line for line in told if _is_wanted(line, asked))
    return sorted(wanted, key=lambda line: line.at)  # stable: what has one time stays in its order


def _rows(cache: Cache, table: str, asked: Asked, told: Callable[[Row], Told]) -> list[Told]:
    where, values = ("", []) if asked.experiment is None else (" WHERE experiment = ?", [asked.experiment])
    sql = f"SELECT * FROM {table}{where} ORDER BY place"  # noqa: S608  # names of our own
    return [told(row) for row in cache.rows(sql, values)]


def _is_wanted(line: Told, asked: Asked) -> bool:
    if asked.since is not None and line.at < asked.since:
        return False
    if asked.by is None:
        return True
    word = asked.by.casefold()
    if line.status is not None and word == (line.status.by or "").casefold():
        return True
    return any(word in text.casefold() for text in (line.who, line.email) if text)


def _is_about(line: Told, run: str) -> bool:
    if line.run is not None:
        return line.run == run
    return any(run in text.replace(",", " ").split() for text in (line.words, *line.details))


def _logged(home: Home, experiment: str) -> Iterator[Told]:
    path = home.experiments / experiment / _LOG
    try:
        text = read_text(path)
    except NotFoundError:
        return
    for entry in journal.read(text):
        details = tuple(f"{key}: {value}" for key, value in entry.fields)
        yield Told(entry.at, What.LOG, experiment, f"{entry.action}: {entry.description}", details)


def _commit(row: Row) -> Told:
    details = str(row["details"])
    return Told(
        _local(str(row["at"])),
        What(str(row["kind"])),
        str(row["experiment"]),
        str(row["words"]),
        tuple(details.split("\n")) if details else (),
        who=str(row["author"]),
        commit=str(row["commit_id"])[:_SHORT],
        email=str(row["email"]),
    )


def _status(row: Row) -> Told:
    change = StatusChange(
        run=str(row["run"]),
        forced=bool(row["forced"]),
        by_hand=bool(row["by_hand"]),
        attempt=int(str(row["attempt"] or 0)),
        **{column: _text(row[column]) for column in _TEXTS},
    )
    return Told(
        _local(str(row["at"]), str(row["committed"])),
        What.STATUS,
        str(row["experiment"]),
        _words(change),
        tuple(_details(change)),
        change.run,
        str(row["author"]),
        str(row["commit_id"])[:_SHORT],
        str(row["email"]),
        change,
    )


_TEXTS = ("task", "epoch", "from_status", "to_status", "job", "by", "evidence", "overtaken")


def _words(change: StatusChange) -> str:
    epoch = None if change.epoch is None else f"epoch {change.epoch}"
    what = ", ".join(part for part in (change.run, change.task, epoch) if part)
    if change.from_status == change.to_status:
        return f"{what}: {change.to_status}"
    return f"{what}: {change.from_status or 'new'} -> {change.to_status}"


def _details(change: StatusChange) -> Iterator[str]:
    if change.by:
        yield f"by {change.by}"
    if change.job:
        yield f"job {change.job}"
    if change.evidence:
        yield change.evidence
    if change.attempt > 1:
        yield f"attempt {change.attempt}"
    if change.forced:
        yield "forced"
    if change.overtaken:
        yield f"{change.overtaken} came too late: overtaken"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _local(*texts: str) -> datetime:
    """The first of the texts that is a time, in the local zone; what has none comes before all else."""
    for text in texts:
        with contextlib.suppress(ValueError, OverflowError):
            return datetime.fromisoformat(text).astimezone().replace(tzinfo=None)
    return datetime(1, 1, 1)  # noqa: DTZ001  # local, as all times of the timeline
