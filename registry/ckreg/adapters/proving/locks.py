"""Do locks exclude? Several processes count up in one file, reading, adding and writing under the lock."""

import subprocess
from pathlib import Path

from ckreg.adapters.proving.helper import COUNTER
from ckreg.adapters.proving.scratch import SECONDS, helpers
from ckreg.adapters.tree import Home, state_folder
from ckreg.core.health.mount import Counted
from ckreg.core.mounts import Chosen
from ckreg.core.text import one_line

_PROCESSES, _TIMES = 4, 15


def counted(folder: Path, choice: Chosen) -> Counted:
    """How far they got in this folder, with this kind of lock."""
    state = state_folder(Home(folder))
    (state / "lock.kind").write_text(choice.text())
    (state / "commit_hosts").write_text("*\n")  # whether this host may take the lock is another question
    counter = folder / COUNTER
    counter.write_text("0")
    failed = ""
    with helpers(folder, "count", str(_TIMES), number=_PROCESSES) as running:
        for process in running:
            try:
                _, said = process.communicate(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                failed = f"a process was not done after {SECONDS:g} s."
                break
            if process.returncode:
                failed = one_line((said.strip().splitlines() or [f"exit {process.returncode}"])[-1])
    return Counted(_PROCESSES, _PROCESSES * _TIMES, int(counter.read_text() or 0), failed)
