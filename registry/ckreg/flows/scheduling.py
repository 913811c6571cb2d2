"""Which scheduler a registry's jobs go to, and which one knows of a job: its id tells."""

from collections.abc import Collection
from datetime import datetime

from ckreg.adapters.config import load_settings
from ckreg.adapters.local import Local, state_folder
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home
from ckreg.core.scheduler.local import is_local
from ckreg.core.scheduler.port import Answer, QueueAnswer, Scheduler
from ckreg.core.scheduler.sending import Accepted, Order


def scheduler(home: Home, *, local: bool = False) -> Scheduler:
    """The scheduler that the settings name, or this machine; asked, it also answers for the other's jobs."""
    settings = load_settings(home)
    machine = Local(state_folder(), settings.local_jobs)
    return Both(machine if local or settings.scheduler == "local" else Slurm(), machine)


def called(name: str, usual: Scheduler) -> Scheduler:
    """The scheduler of this name: the usual one if it is its own."""
    if name == usual.name:
        return usual
    return Local(state_folder()) if name == Local.name else Slurm()


class Both:
    """Sends to the chosen one; of jobs asks each about its own."""

    def __init__(self, chosen: Scheduler, machine: Local) -> None:
        self._chosen = chosen
        self._machine = machine
        self._slurm = Slurm()

    @property
    def name(self) -> str:
        """That of the chosen one."""
        return self._chosen.name

    @property
    def lag_seconds(self) -> float:
        """That of the chosen one."""
        return self._chosen.lag_seconds

    def shown(self, order: Order) -> list[str]:
        """See `Scheduler`."""
        return self._chosen.shown(order)

    def send(self, order: Order, *, held: int) -> Accepted:
        """See `Scheduler`."""
        return self._chosen.send(order, held=held)

    def named(self, names: Collection[str], since: datetime) -> Answer:
        """See `Scheduler`."""
        return self._chosen.named(names, since)

    def in_queue(self) -> int | None:
        """See `Scheduler`."""
        return self._chosen.in_queue()

    def largest_array(self) -> int:
        """See `Scheduler`."""
        return self._chosen.largest_array()

    def told(self, jobs: Collection[str]) -> Answer:
        """See `Scheduler`; of two that fail the first failure stands for both."""
        ours, others = _parted(jobs)
        if not ours:
            return self._slurm.told(others)
        here = self._machine.told(ours)
        if not others:
            return here
        there = self._slurm.told(others)
        failed = here.failed or there.failed
        return Answer((*here.jobs, *there.jobs), failed, there.absent, f"{there.text}\n{here.text}")

    def queued(self, jobs: Collection[str]) -> QueueAnswer:
        """See `Scheduler`."""
        ours, others = _parted(jobs)
        here = self._machine.queued(ours) if ours else QueueAnswer()
        there = self._slurm.queued(others) if others else QueueAnswer()
        return QueueAnswer((*here.jobs, *there.jobs), here.failed or there.failed)

    def cancel(self, jobs: Collection[str]) -> None:
        """See `Scheduler`."""
        ours, others = _parted(jobs)
        if ours:
            self._machine.cancel(ours)
        if others:
            self._slurm.cancel(others)


def _parted(jobs: Collection[str]) -> tuple[list[str], list[str]]:
    ours = [job for job in jobs if is_local(job)]
    return ours, [job for job in jobs if not is_local(job)]
