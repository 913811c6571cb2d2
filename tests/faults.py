"""Kills a ckreg call, or its gits, at a system call that changes something: by strace's fault injection."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

CHANGING = (
    "openat", "write", "pwrite64", "rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat",
    "mkdir", "mkdirat", "rmdir", "fsync", "fdatasync", "chmod", "fchmod", "fchmodat", "ftruncate", "symlink",
    "copy_file_range", "sendfile",
)  # fmt: skip
# A machine that dies takes ckreg with its git: here ckreg dies when it sees that its git was killed.
_DIES_WITH_ITS_GIT = """\
import os, signal, subprocess
_wait = subprocess.Popen._wait
def wait(self, timeout):
    code = _wait(self, timeout)
    if code == -signal.SIGKILL:
        os.kill(os.getpid(), signal.SIGKILL)
    return code
subprocess.Popen._wait = wait
"""


class Point(NamedTuple):
    """The nth call of a kind in a process; in which process first, is not said: each counts for itself."""

    call: str
    number: int


@cache
def strace_works() -> bool:
    """Whether strace is here and may trace."""
    if not shutil.which("strace"):
        return False
    return (
        subprocess.run(
            ["strace", "-f", "-o", os.devnull, "true"], capture_output=True, check=False
        ).returncode
        == 0
    )


def points(words: Sequence[str], root: Path, log: Path) -> list[Point]:
    """Every system call of `ckreg WORDS` and its gits that changes something in the registry; it is run."""
    trace = ["-f", "-y", "-s", "0", "-e", f"trace={','.join(CHANGING)}", "-o", str(log)]
    done = _traced(trace, words, root, dies_with_git=False)
    assert done.returncode == 0, done.stderr
    return list(dict.fromkeys(_changing(log.read_text(errors="replace"), str(root))))


def _changing(log: str, root: str) -> Iterator[Point]:
    seen: Counter[tuple[str, str]] = Counter()
    for line in log.split("\n"):
        if found := re.match(r"(\d+) +(\w+)\((.*)", line):
            process, call, rest = found.groups()
            seen[process, call] += 1
            if f"{root}/" in rest and "cache.db" not in rest and (call != "openat" or "O_CREAT" in rest):
                yield Point(call, seen[process, call])


def killed_at(point: Point, words: Sequence[str], root: Path, *, dies_with_git: bool) -> int:
    """Run `ckreg WORDS` in the registry, killed at the point; gives its exit code as strace tells it."""
    inject = f"inject={point.call}:signal=KILL:when={point.number}"
    trace = ["-f", "-qq", "-e", f"trace={point.call}", "-e", inject, "-o", os.devnull]
    return _traced(trace, words, root, dies_with_git=dies_with_git).returncode


def failing_at(
    point: Point, error: str, words: Sequence[str], root: Path
) -> subprocess.CompletedProcess[str]:
    """Run `ckreg WORDS` in the registry; from the point on all such calls fail with the error."""
    inject = f"inject={point.call}:error={error}:when={point.number}+"
    trace = ["-f", "-qq", "-e", f"trace={point.call}", "-e", inject, "-o", os.devnull]
    return _traced(trace, words, root, dies_with_git=False)


def _traced(
    trace: Sequence[str], words: Sequence[str], root: Path, *, dies_with_git: bool
) -> subprocess.CompletedProcess[str]:
    start = f"{_DIES_WITH_ITS_GIT if dies_with_git else ''}from ckreg.cli.main import run\nrun()\n"
    return subprocess.run(
        ["strace", *trace, sys.executable, "-B", "-c", start, "-C", str(root), *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
