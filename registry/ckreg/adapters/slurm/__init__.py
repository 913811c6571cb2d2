"""Slurm: asks its accounting and its queue, sends and cancels jobs."""

from ckreg.adapters.slurm.accounting import ask_sacct
from ckreg.adapters.slurm.calling import Told
from ckreg.adapters.slurm.slurm import Slurm

__all__ = ["Slurm", "Told", "ask_sacct"]
