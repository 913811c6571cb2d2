"""Runs Slurm's programs: argument lists, no terminal, held to a time."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from typing import NamedTuple

SECONDS = 20.0
_LONGEST_LIST = 100_000  # bytes: Linux takes 128 KiB in one argument


class Told(NamedTuple):
    """What a program printed, empty where it is not here or said nothing; `failed` is why not.

    `absent` says that it is not installed; `complaint` is all that it said on stderr.
    """

    text: str
    failed: str | None = None
    absent: bool = False
    complaint: str = ""


def is_here(program: str) -> bool:
    """Whether the program is on PATH."""
    return shutil.which(program) is not None


def asked(words: Sequence[str], *, seconds: float | None = None) -> Told:
    """Ask a question; one that is not answered is no exception."""
    program = shutil.which(words[0])
    if program is None:
        return Told("", f"{words[0]} is not on PATH", absent=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_TIME_")}
    limit = SECONDS if seconds is None else seconds
    try:
        done = subprocess.run(
            [program, *words[1:]],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=limit,
            env=environment | {"LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        return Told("", f"{words[0]} did not answer within {limit:.0f} s")
    except OSError as error:
        return Told("", f"{words[0]} cannot be run: {error.strerror}")
    complaint = done.stderr.decode(errors="replace")
    if done.returncode:
        last = complaint.strip().splitlines()
        return Told("", f"{words[0]} failed: {last[-1] if last else done.returncode}", complaint=complaint)
    return Told(done.stdout.decode(errors="replace"), complaint=complaint)


def lists(words: Sequence[str]) -> Iterable[str]:
    """The words with commas between, in as few lists as the system takes."""
    held: list[str] = []
    size = 0
    for word in words:
        if held and size + len(word) + 1 > _LONGEST_LIST:
            yield ",".join(held)
            held, size = [], 0
        held.append(word)
        size += len(word) + 1
    if held:
        yield ",".join(held)


def array_of(job: str) -> str:
    """The job, or the array that a task is of."""
    return job.partition("_")[0]
