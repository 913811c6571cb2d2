"""Talks with `ckreg` on a real terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence


def converse(words: Sequence[str], answers: Sequence[bytes]) -> tuple[int, str]:
    """Give each answer when the next `[y/N]` is asked; the exit code and all that was shown."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ckreg", *words], stdin=slave, stdout=slave, stderr=slave
    ) as job:
        os.close(slave)
        shown = b""
        for number, answer in enumerate(answers, start=1):
            while shown.count(b"[y/N]") < number and (part := _read(master)):
                shown += part
            os.write(master, answer)
        while part := _read(master):
            shown += part
    os.close(master)
    return job.returncode, shown.decode()


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # Linux says so where the other end is closed
        return b""
