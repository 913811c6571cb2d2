"""Which scheduler a registry's jobs go to."""

from ckreg.adapters.slurm import Slurm
from ckreg.core.scheduler.port import Scheduler


def scheduler() -> Scheduler:
    """The scheduler of this machine."""
    return Slurm()
