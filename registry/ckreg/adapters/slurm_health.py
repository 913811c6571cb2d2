"""Whether Slurm's programs are here and answer, each asked something short."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

_SECONDS = 10.0
# Something that each can answer at once, and that changes nothing.
_QUESTIONS = {
    "sacct": ("-X", "-n", "-P", "-S", "now", "-E", "now", "-o", "JobID"),
    "squeue": ("--noheader", "--me", "--format=%i"),
    "sbatch": ("--version",),
}


class Answered(NamedTuple):
    """A program, its version, and why it did not answer, if it did not."""

    program: str
    version: str | None
    failed: str | None


def ask_slurm() -> Iterator[Answered]:
    """The programs that are here; none without Slurm."""
    for program, question in _QUESTIONS.items():
        path = shutil.which(program)
        if path is None:
            continue
        version, failed = _asked([path, "--version"])
        if failed is None:
            _, failed = _asked([path, *question])
        yield Answered(program, version, failed)


def _asked(words: list[str]) -> tuple[str | None, str | None]:
    """What a program printed, or why it did not."""
    try:
        done = subprocess.run(
            words,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            env=os.environ | {"LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        return None, f"no answer within {_SECONDS:.0f} s"
    except OSError as error:
        return None, f"it cannot be run ({error.strerror})"
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return None, said[-1] if said else f"exit status {done.returncode}"
    return done.stdout.decode(errors="replace").strip(), None
