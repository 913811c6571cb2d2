"""From facts to needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from shlex import quote
from typing import Protocol, TypeVar

from ckreg.core.attention.facts import Estimated, Facts, FailedRow, OpenRow, Room
from ckreg.core.attention.needs import Kind, Need
from ckreg.core.text import one_line
from ckreg.core.units import counted, duration, gib

_HOUR = 3600.0
_DAY = 24 * _HOUR
SYNC_EVERY = _DAY
"""Seconds after which open jobs should have been asked for again."""

_GRACE = 900.0  # Slurm ends a job some minutes after its limit, and syncs are seldom
_UNKNOWN_LENGTH = 3 * _DAY  # a job of which neither limit nor estimate is known
_SILENT = _HOUR  # a log that was written to since then is one of a job that lives
_FAR_OFF = 1.5  # times the 90th percentile
_ALWAYS_LOW = 10.0  # GiB
_LOW_SHARE, _LOW_BELOW = 0.05, 500.0  # of a petabyte five percent are plenty
_NAMED = 2
_LONGEST_WHY = 40


class _OfAnExperiment(Protocol):
    @property
    def experiment(self) -> str: ...


T = TypeVar("T", bound=_OfAnExperiment)


def needs(facts: Facts) -> tuple[Need, ...]:
    """What needs attention, most urgent first."""
    return tuple(_needs(facts))


def _needs(facts: Facts) -> Iterator[Need]:
    if facts.off:
        yield Need(Kind.DOCTOR, f"{', '.join(facts.off)}.", "ckreg doctor")
    if facts.refused:
        told = f"{counted(facts.refused, 'status request')} could not be carried out."
        yield Need(Kind.REFUSED, told, "ckreg status flush")
    yield from _failed(facts.failed)
    stale = [row for row in facts.open if is_stale(row, facts.now)]
    yield from _stale(stale, facts.now)
    if facts.scratch is not None and is_nearly_full(facts.scratch):
        yield _scratch(facts.scratch)
    if facts.waiting_since:
        since = _long(max(0.0, facts.now - min(facts.waiting_since)))  # whose clock was ahead
        told = f"{counted(len(facts.waiting_since), 'status request')}, for {since}."
        yield Need(Kind.UNCOMMITTED, told, "ckreg status flush")
    synced = {row.experiment for row in stale if not _was_asked(row)}  # that sync asks for the others too
    overdue = [
        row
        for row in facts.open
        if row not in stale and row.experiment not in synced and is_overdue(row, facts.now)
    ]
    if overdue:
        yield _overdue(overdue, facts.now)
    for name in facts.unsealed:
        told = f"{one_line(name)} has started, and its plan has no seal."
        yield Need(Kind.UNSEALED, told, f"ckreg seal {quote(name)}", name)
    yield from _far_off(facts.estimated)


def _failed(rows: Sequence[FailedRow]) -> Iterator[Need]:
    """An experiment's failures together; those that failed last come first."""
    last = {name: max(row.at or 0.0 for row in failed) for name, failed in _by_experiment(rows).items()}
    for name, failed in sorted(_by_experiment(rows).items(), key=lambda item: (-last[item[0]], item[0])):
        named = [f"{row.key}{_why(row)}" for row in failed]
        yield Need(Kind.FAILED, f"{one_line(name)}: {_listed(named)}.", f"ckreg retry {quote(name)}", name)


def _why(row: FailedRow) -> str:
    why = one_line(row.why)
    shown = why if len(why) <= _LONGEST_WHY else f"{why[: _LONGEST_WHY - 3]}..."
    return f" ({shown})" if shown else ""


def allowed_seconds(row: OpenRow) -> float:
    """How long it may run before somebody should ask: its limit, else twice its 90th percentile."""
    if row.limit_seconds is not None:
        return row.limit_seconds + _GRACE
    if row.p90_seconds is not None:
        return 2 * row.p90_seconds + _GRACE
    return _UNKNOWN_LENGTH


def is_stale(row: OpenRow, now: float) -> bool:
    """Whether it runs by the document, but cannot any more, as far as limit, estimate and log tell."""
    if not row.runs or row.began_at is None or now - row.began_at <= allowed_seconds(row):
        return False
    return row.written_at is None or now - row.written_at > _SILENT


def is_overdue(row: OpenRow, now: float) -> bool:
    """Whether it has a job for which nobody has asked the scheduler for a day."""
    heard = max((at for at in (row.heard_at, row.synced_at) if at is not None), default=None)
    return row.job is not None and heard is not None and now - heard > SYNC_EVERY


def _stale(rows: Sequence[OpenRow], now: float) -> Iterator[Need]:
    """Those that the scheduler was not asked about since they should be over, by experiment; others alone."""
    asked = [row for row in rows if _was_asked(row)]
    for name, stale in _by_experiment(row for row in rows if row not in asked).items():
        told = f"{one_line(name)}: {_listed([_running(row, now) for row in stale])}."
        yield Need(Kind.STALE, told, f"ckreg status sync {quote(name)}", name)
    for row in asked:
        heard = "the scheduler has nothing to say of it" if row.job is not None else "no job is noted"
        told = f"{one_line(row.experiment)}: {_running(row, now)}; {heard}."
        yield Need(Kind.STALE, told, _logs(row), row.experiment)


def _was_asked(row: OpenRow) -> bool:
    """Whether another sync has nothing to tell: it was asked about since, or there is no job to ask for."""
    if row.job is None:
        return True
    over = (row.began_at or 0.0) + allowed_seconds(row)
    return row.synced_at is not None and row.synced_at > over


def _running(row: OpenRow, now: float) -> str:
    """`RUN, running for 31 h (limit 1 h 00 min)`."""
    known = ""
    if row.limit_seconds is not None:
        known = f" (limit {duration(row.limit_seconds)})"
    elif row.p90_seconds is not None:
        known = f" (p90 {duration(row.p90_seconds)})"
    return f"{row.key}, running for {_long(now - (row.began_at or now))}{known}"


def _logs(row: OpenRow) -> str:
    task = f" --task {quote(row.key.task)}" if row.key.task else ""
    epoch = f" --epoch {quote(row.key.epoch)}" if row.key.task and row.key.epoch else ""
    return f"ckreg logs {quote(row.experiment)} {quote(row.key.run)}{task}{epoch}"


def is_nearly_full(room: Room) -> bool:
    """Less than 10 GiB are free, or less than a twentieth and 500 GiB."""
    low = room.free_gib < _LOW_BELOW and room.free_gib < _LOW_SHARE * room.total_gib
    return low or room.free_gib < _ALWAYS_LOW


def _scratch(room: Room) -> Need:
    told = f"{gib(max(0.0, room.free_gib))} of {gib(room.total_gib)} free in {one_line(room.path)}."
    return Need(Kind.SCRATCH, told, "ckreg clean EXPERIMENT --dry-run")


def _overdue(rows: Sequence[OpenRow], now: float) -> Need:
    """All of them together: one sync asks for all."""
    names = list(_by_experiment(rows))
    heard = min(max(row.heard_at or 0.0, row.synced_at or 0.0) for row in rows)
    told = f"{counted(len(rows), 'open job')} of {_listed(names)}, last heard of {_long(now - heard)} ago."
    if len(names) == 1:
        return Need(Kind.OVERDUE, told, f"ckreg status sync {quote(names[0])}", names[0])
    return Need(Kind.OVERDUE, told, "ckreg status sync --all")


def _far_off(rows: Sequence[Estimated]) -> Iterator[Need]:
    for name, graded in _by_experiment(rows).items():
        off = [row for row in graded if row.actual_seconds > _FAR_OFF * row.p90_seconds > 0]
        if not off:
            continue
        worst = max(off, key=lambda row: row.actual_seconds / row.p90_seconds)
        took = f"{duration(worst.actual_seconds)} (p90 {duration(worst.p90_seconds)})"
        told = (
            f"{one_line(name)}: {len(off)} of {counted(len(graded), 'run')} far beyond the 90th percentile; "
            f"{one_line(str(worst.key))} took {took}."
        )
        yield Need(Kind.ESTIMATE, told, f"ckreg compare {quote(name)} --estimates", name)


def _long(seconds: float) -> str:
    """The same as `duration`, in days from two on."""
    return duration(seconds) if seconds < 2 * _DAY else counted(int(seconds // _DAY), "day")


def _by_experiment(rows: Iterable[T]) -> Mapping[str, list[T]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(row.experiment, []).append(row)
    return found


def _listed(names: Sequence[str]) -> str:
    """The first two, and how many more there are."""
    shown = "; ".join(one_line(name) for name in names[:_NAMED])
    left = len(names) - _NAMED
    return f"{shown}; and {left} more" if left > 0 else shown
