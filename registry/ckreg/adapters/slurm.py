"""Asks Slurm's accounting: one `sacct` for all jobs, held to a time."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from typing import NamedTuple

_SECONDS = 20.0
_LONGEST_LIST = 100_000  # bytes: Linux takes 128 KiB in one argument
# JobName last: sacct escapes nothing, and a name may hold the `|` that parts the columns.
_FIELDS = (
    "JobID,Cluster,State,ExitCode,Submit,Start,End,ElapsedRaw,TimelimitRaw,MaxRSS,AllocTRES,NodeList,JobName"
)


class Told(NamedTuple):
    """What `sacct` printed, empty where it is not here or said nothing; `failed` is why it did not answer."""

    text: str
    failed: str | None = None


def ask_sacct(job_ids: Iterable[str]) -> Told:
    """The accounting's rows of these jobs, steps included, as `core.scheduler.parse_sacct` reads them.

    Tasks of an array are asked for by the array's id. `CANCELLED by 0`, no rows, or no `sacct` at all: none
    of these is a failure, and a failure is never an exception.
    """
    wanted = sorted({job.partition("_")[0] for job in job_ids if job.partition("_")[0].isdigit()}, key=int)
    program = shutil.which("sacct")
    if program is None or not wanted:
        return Told("")
    texts = []
    for ids in _lists(wanted):
        told = _asked([program, "-P", "--noconvert", "-o", _FIELDS, "-j", ids])
        if told.failed:
            return told
        texts.append(told.text)
    return Told("\n".join(texts))


def _lists(ids: list[str]) -> Iterable[str]:
    """The ids in as few lists as the system takes."""
    most = _LONGEST_LIST // (len(ids[-1]) + 1)
    return (",".join(ids[start : start + most]) for start in range(0, len(ids), most))


def _asked(words: list[str]) -> Told:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_TIME_")}
    try:
        done = subprocess.run(
            words,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            env=environment | {"LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        return Told("", f"sacct did not answer within {_SECONDS:.0f} s")
    except OSError as error:
        return Told("", f"sacct cannot be run: {error.strerror}")
    if done.returncode:
        words_of_it = done.stderr.decode(errors="replace").strip().splitlines()
        return Told("", f"sacct failed: {words_of_it[-1] if words_of_it else done.returncode}")
    return Told(done.stdout.decode(errors="replace"))
