"""The words and answers of a scheduler: sacct, squeue and sbatch, and what they mean for a run."""

from ckreg.core.scheduler.accounting import Job, parse_sacct
from ckreg.core.scheduler.states import UNKNOWN, Phase, outcome_of, phase_of, state_of

__all__ = ["UNKNOWN", "Job", "Phase", "outcome_of", "parse_sacct", "phase_of", "state_of"]
