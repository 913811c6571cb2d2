"""A folder for trying things out, and processes that work in it."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SECONDS = 30.0


@contextlib.contextmanager
def scratch(above: Path) -> Iterator[Path]:
    """A folder of our own in `above`, gone afterwards.

    Raises:
        OSError: it cannot be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=".doctor.", dir=above))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def helpers(folder: Path, *words: str, number: int = 1) -> Iterator[list[subprocess.Popen[str]]]:
    """Other processes that run `ckreg.adapters.proving.helper` in the folder, ended afterwards."""
    # -P: nothing is imported from the folder that this call happens to stand in.
    call = [sys.executable, "-P", "-m", "ckreg.adapters.proving.helper", *words]
    running: list[subprocess.Popen[str]] = []
    try:
        running.extend(_started(call, folder) for _ in range(number))
        yield running
    finally:
        for process in running:
            process.kill()
            process.communicate()


def _started(call: list[str], folder: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        call, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True, errors="replace"
    )
