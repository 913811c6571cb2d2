"""What is known of a row that failed, what its files ask for, and how they are to be changed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ckreg.core.measure.measurement import Outcome
from ckreg.core.summary.rows import RowKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A row whose last attempt failed, with what scheduler and log say of it; None is not known.

    `attempts` is how many there were, `told` how the last one ended in few words, `evidence` who says so.
    Steps and samples are those of the log, `done` of `total`: optimiser steps of all epochs, or samples of
    an evaluation. `resumed` says that it began from a checkpoint, so that its log tells of a part only.
    `noted_in` is the commit that noted the job, and `memory` what its script asked for then, by the option
    by which it asks now.
    """

    key: RowKey
    outcome: Outcome
    told: str
    evidence: str
    attempts: int = 1
    job: str | None = None
    limit_seconds: float | None = None
    elapsed_seconds: float | None = None
    startup_seconds: float | None = None
    noted_in: str | None = None
    memory: str | None = None
    max_rss_gib: float | None = None
    peak_gpu_gib: float | None = None
    total_gpu_gib: float | None = None
    done: int | None = None
    total: int | None = None
    batch_size: int | None = None
    resumed: bool = False

    @property
    def is_evaluation(self) -> bool:
        """Whether it is no training."""
        return self.key.task is not None


class Checkpoint(NamedTuple):
    """What lies in the output folder to go on from: `epochs_done` of `epochs`."""

    epochs_done: int
    epochs: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the files ask for now: the job script's options, and the config's keys; None where they do not.

    `corrected` says that a retry has changed them for this attempt already. `config` says that there is a
    config of torchtune.
    """

    time: str | None = None
    memory_option: str = "mem"
    memory: str | None = None
    config: bool = False
    batch_size: int | None = None
    accumulation: int | None = None
    resumes: bool = False
    corrected: bool = False


class In(StrEnum):
    """Which file a change is in."""

    SCRIPT = "script"
    CONFIG = "config"


class Change(NamedTuple):
    """A value that changes: an option of the script or a key of the config; `old` None is not there yet."""

    file: In
    name: str
    old: str | None
    new: str

    @property
    def words(self) -> str:
        """In words: `time 1:00:00 to 2:30:00`."""
        return f"{self.name} {self.old} to {self.new}" if self.old else f"{self.name} {self.new}"


class Corrected(NamedTuple):
    """The changes with the numbers they rest on, in words.

    `left` is why nothing is done by itself; a person may still want it sent as it is.
    """

    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    left: str | None = None
