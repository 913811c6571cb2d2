"""The answers of `squeue`: what waits, runs, or has just ended."""

from typing import NamedTuple

from ckreg.core.scheduler.states import state_of
from ckreg.core.text import LINE_END

# Nothing is escaped: the name, which may hold a `|`, comes last. `-r` gives each task of an array its line.
FORMAT = "%i|%A|%T|%r|%V|%j"
_COLUMNS = 6
_NOTHING = frozenset({"", "None", "N/A", "(null)"})


class Queued(NamedTuple):
    """One job, or one task of an array, as the controller has it.

    `reason` is why it waits or has ended; `submitted` is as Slurm prints it, in the cluster's own zone.
    """

    job_id: str
    raw_id: str
    state: str
    reason: str | None
    submitted: str | None
    name: str


def parse_squeue(text: str) -> tuple[Queued, ...]:
    """The jobs of `squeue -h -r -o FORMAT`; lines that are cut are left out."""
    found = []
    for line in LINE_END.split(text):
        fields = line.split("|", _COLUMNS - 1)
        if len(fields) == _COLUMNS and fields[0][:1].isdigit():
            job_id, raw_id, state, reason, submitted, name = (field.strip() for field in fields)
            found.append(Queued(job_id, raw_id, state_of(state), _known(reason), _known(submitted), name))
    return tuple(found)


def _known(text: str) -> str | None:
    return None if text in _NOTHING else text
