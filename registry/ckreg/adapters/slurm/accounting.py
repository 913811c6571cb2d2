"""Asks Slurm's accounting: one `sacct` for all jobs."""

from collections.abc import Collection, Iterable
from datetime import datetime

from ckreg.adapters.slurm.calling import Told, array_of, asked, is_here, lists

# JobName last: sacct escapes nothing, and a name may hold the `|` that parts the columns.
FIELDS = (
    "JobID,JobIDRaw,Cluster,State,ExitCode,Submit,Start,End,ElapsedRaw,TimelimitRaw,MaxRSS,AllocTRES,"
    "NodeList,JobName"
)


def ask_sacct(job_ids: Iterable[str], *, duplicates: bool = False) -> Told:
    """The accounting's rows of these jobs, steps included, as `core.scheduler.parse_sacct` reads them.

    Tasks of an array are asked for by the array's id; with `duplicates` every run of a job that was requeued
    is told. `CANCELLED by 0`, no rows, or no `sacct` at all: none of these is a failure, and a failure is
    never an exception.
    """
    wanted = sorted({array_of(job) for job in job_ids if array_of(job).isdigit()}, key=int)
    if not wanted or not is_here("sacct"):
        return Told("", absent=not is_here("sacct"))
    words = ["sacct", "-P", "--noconvert", *(["-D"] if duplicates else []), "-o", FIELDS, "-j"]
    return together(asked([*words, ids]) for ids in lists(wanted))


def ask_names(names: Collection[str], since: datetime) -> Told:
    """The rows of the jobs with these names that were sent after `since`."""
    start = since.astimezone().strftime("%Y-%m-%dT%H:%M:%S")
    words = ["sacct", "-P", "--noconvert", "-D", "-X", "-o", FIELDS, "-S", start]
    return together(asked([*words, f"--name={listed}"]) for listed in lists(sorted(names)))


def together(answers: Iterable[Told]) -> Told:
    """Several answers as one; the first that failed stands for all."""
    texts = []
    for told in answers:
        if told.failed:
            return told
        texts.append(told.text)
    return Told("\n".join(texts))
