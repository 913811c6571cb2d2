"""What can be a job's id: people write other things into that column, too."""

import re

_ID = re.compile(r"\d{1,10}(?:_\d{1,10})?|L\d{1,9}")


def is_job_id(text: str) -> bool:
    """Whether it may be a job's: Slurm's `12`, `12_3` of an array, or this machine's `L12`."""
    return _ID.fullmatch(text) is not None
