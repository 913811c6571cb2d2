"""What is looked at to tell what needs attention; times are in seconds since the epoch, None if not known."""

from dataclasses import dataclass

from ckreg.core.summary.rows import RowKey


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A run or evaluation that failed; `why` is what its notes say."""

    experiment: str
    key: RowKey
    why: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """A run or evaluation that runs by the document, or waits with a job.

    `heard_at` is when its last change was recorded, `written_at` when its log was last written to,
    `synced_at` when the scheduler was last asked about its experiment. Limit and estimate are in seconds.
    """

    experiment: str
    key: RowKey
    runs: bool
    job: str | None = None
    began_at: float | None = None
    heard_at: float | None = None
    written_at: float | None = None
    synced_at: float | None = None
    limit_seconds: float | None = None
    p90_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Estimated:
    """A run that is over, and what was predicted of it, in seconds."""

    experiment: str
    key: RowKey
    actual_seconds: float
    p90_seconds: float


@dataclass(frozen=True, slots=True)
class Room:
    """A filesystem's space in GiB."""

    path: str
    free_gib: float
    total_gib: float


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known at one moment, `now`.

    `off` is what the doctor should look into, in words; `waiting_since` has the time of each status request
    that nobody has committed; `unsealed` names the experiments that have started and have no seal.
    """

    now: float
    off: tuple[str, ...] = ()
    waiting_since: tuple[float, ...] = ()
    refused: int = 0
    failed: tuple[FailedRow, ...] = ()
    open: tuple[OpenRow, ...] = ()
    unsealed: tuple[str, ...] = ()
    estimated: tuple[Estimated, ...] = ()
    scratch: Room | None = None
