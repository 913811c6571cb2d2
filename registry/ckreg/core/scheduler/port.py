"""What ckreg asks of a scheduler: Slurm, or this machine."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Protocol

from ckreg.core.scheduler.accounting import Job
from ckreg.core.scheduler.queue import Queued
from ckreg.core.scheduler.sending import Accepted, Order


class Answer(NamedTuple):
    """The accounting's jobs, `text` as it was given; `failed` is why there is no answer.

    `absent` says that there is no accounting here to be asked.
    """

    jobs: tuple[Job, ...] = ()
    failed: str | None = None
    absent: bool = False
    text: str = ""


class QueueAnswer(NamedTuple):
    """What waits, runs or ended some minutes ago; `failed` is why there is no answer."""

    jobs: tuple[Queued, ...] = ()
    failed: str | None = None


class Scheduler(Protocol):
    """A scheduler. Questions are never exceptions: silence and failure are answers of their own."""

    @property
    def name(self) -> str:
        """How messages and notes of submissions call it."""

    @property
    def lag_seconds(self) -> float:
        """After so long it knows every job that was sent."""

    def shown(self, order: Order) -> list[str]:
        """The command line that would send this, for people to read."""

    def send(self, order: Order, *, held: int) -> Accepted:
        """Start a job; the file descriptor `held` stays open for as long as it may still arrive.

        Raises:
            RefusedError: it was refused, for certain.
            OutsideError: it may have arrived or not.
        """

    def told(self, jobs: Collection[str]) -> Answer:
        """What the accounting knows of these jobs: every time that they were started, steps folded in."""

    def queued(self, jobs: Collection[str]) -> QueueAnswer:
        """What the queue knows of these jobs, those that ended lately among them."""

    def named(self, names: Collection[str], since: datetime) -> Answer:
        """The jobs of these names in queue and accounting, sent after `since`; failed where one is silent."""

    def in_queue(self) -> int | None:
        """How many jobs of this person wait or run, each task of an array one; None where it is not told."""

    def largest_array(self) -> int:
        """How many tasks an array may have."""

    def cancel(self, jobs: Collection[str]) -> None:
        """End these jobs; those that have ended already are left alone.

        Raises:
            OutsideError: the scheduler did not take it.
        """
