"""What `ckreg submit --json` prints: the jobs that were sent, or with --dry-run the calls for them."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias, TypedDict

from ckreg.cli.answers import Row, row
from ckreg.commands.submit import Planned as Planning
from ckreg.commands.submit import Sent as Sending
from ckreg.core.summary.rows import RowKey


class Job(Row):
    """A row and the job that was sent for it."""

    job: str


class Skipped(Row):
    """A row that was not sent, and why."""

    why: str


class Planned(TypedDict):
    """The scheduler's command lines, as lists of words, and how many jobs they send."""

    experiment: str
    calls: list[list[str]]
    jobs: int


class Sent(TypedDict):
    """What was sent; `left` rows have no room in the queue now."""

    experiment: str
    jobs: list[Job]
    skipped: list[Skipped]
    left: int
    commit: str | None


Answer: TypeAlias = Planned | Sent


def planned(found: Planning, calls: Iterable[Sequence[str]]) -> Planned:
    """The answer of `ckreg submit --dry-run`."""
    return {
        "experiment": found.experiment,
        "calls": [list(words) for words in calls],
        "jobs": len(found.works),
    }


def sent(done: Sending) -> Sent:
    """The answer of `ckreg submit`."""
    return {
        "experiment": done.experiment,
        "jobs": jobs(done.jobs),
        "skipped": [{**row(each.key), "why": each.why} for each in done.skipped],
        "left": done.left,
        "commit": done.commit,
    }


def jobs(found: Iterable[tuple[RowKey, str]]) -> list[Job]:
    """Rows with their jobs."""
    return [{**row(key), "job": job} for key, job in found]
