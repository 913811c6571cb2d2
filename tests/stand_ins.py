"""Slurm's programs as small scripts on PATH: a cluster in a folder, which tests can tell what to say."""

import json
import os
from pathlib import Path

import pytest

_SBATCH = r"""#!/usr/bin/env python3
import json, os, sys, pathlib
home = pathlib.Path(__file__).parent
with open(home / "calls", "a") as calls:
    calls.write(json.dumps(["sbatch", os.getcwd(), *sys.argv[1:]]) + "\n")
if (home / "refuse").exists():
    sys.stderr.write((home / "refuse").read_text())
    sys.exit(1)
number = len(list(home.glob("job-*"))) + 101
name = next(word for word in sys.argv if word.startswith("--job-name=")).partition("=")[2]
array = next((word for word in sys.argv if word.startswith("--array=")), "")
(home / f"job-{number}").write_text(json.dumps({"name": name, "array": array}))
if (home / "die").exists():
    os.kill(os.getppid(), 9)
print(number)
"""
_QUEUE = r"""#!/usr/bin/env python3
import json, pathlib, sys
home = pathlib.Path(__file__).parent
program = pathlib.Path(sys.argv[0]).name
with open(home / "calls", "a") as calls:
    calls.write(json.dumps([program, *sys.argv[1:]]) + "\n")
if (home / f"{program}.fails").exists():
    sys.stderr.write((home / f"{program}.fails").read_text())
    sys.exit(1)
if (home / program.join(("", ".says"))).exists():
    print((home / f"{program}.says").read_text())
elif any(word.startswith("--name=") for word in sys.argv) and program == "squeue":
    names = next(word for word in sys.argv if word.startswith("--name=")).partition("=")[2].split(",")
    for path in sorted(home.glob("job-*")):
        job, number = json.loads(path.read_text()), path.name.partition("-")[2]
        shown = f"{number}_0" if job["array"] else number
        if job["name"] in names:
            print(f"{shown}|{number}|PENDING|Priority|2026-11-23T10:00:00|{job['name']}")
"""


class StandIn:
    """A cluster that takes every job and runs none."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.folder = folder
        for name, text in {
            "sbatch": _SBATCH, "squeue": _QUEUE, "sacct": _QUEUE, "scancel": _QUEUE, "scontrol": _QUEUE,
        }.items():  # fmt: skip
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def says(self, program: str, text: str) -> None:
        (self.folder / f"{program}.says").write_text(text)

    def fails(self, program: str, error: str) -> None:
        (self.folder / f"{program}.fails").write_text(error)

    def answers(self, program: str) -> None:
        (self.folder / f"{program}.fails").unlink()

    @property
    def calls(self) -> list[list[str]]:
        """The calls so far, program first."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def called(self, program: str) -> list[list[str]]:
        return [call for call in self.calls if call[0] == program]

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs that arrived, without the intent's id."""
        names = [json.loads(path.read_text())["name"] for path in sorted(self.folder.glob("job-*"))]
        return [name.rpartition(".")[0] for name in names]
