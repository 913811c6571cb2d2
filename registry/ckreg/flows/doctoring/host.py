"""This host, for checks that speak of it."""

import os


def host() -> str:
    """Its name."""
    return os.uname().nodename


def in_job() -> bool:
    """Whether this call is part of a Slurm job."""
    return "SLURM_JOB_ID" in os.environ
