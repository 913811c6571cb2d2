"""`ckreg status sync` of 1,000 jobs that have ended, with a stand-in for sacct: Slurm's own time is apart."""

import os
import subprocess
import time
from pathlib import Path

from generate import registry
from timing import CKREG, Measure, command, environment, medians

JOBS = 1000
BUDGET = 2.0
NAME = "sync_lora_2026-01-01"
_HEADER = "JobID|JobIDRaw|Cluster|State|ExitCode|Submit|Start|End|ElapsedRaw|NodeList|JobName"
_TIMES = "2026-01-01T10:00:00|2026-01-01T10:00:10|2026-01-01T10:02:10|120|n1"


def measure(folder: Path) -> list[Measure]:
    """What recording them all takes beyond the start-up and sacct."""
    registry(folder, 1)
    path = folder / "experiments" / NAME / "experiment_summary.md"
    path.parent.mkdir()
    path.write_text(_document())
    for words in (("add", "."), ("commit", "-q", "-m", "plan")):
        subprocess.run(["git", *words], cwd=folder, env=environment(), check=True)
    times = medians({"start-up": command(CKREG, "status", "sync", "--help")}, 5)
    start = time.perf_counter()
    subprocess.run(
        [CKREG, "status", "sync", NAME],
        cwd=folder,
        env=_cluster(folder),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    times["sync"] = time.perf_counter() - start
    assert path.read_text().count("| completed |") == JOBS
    beyond = times["sync"] - times["start-up"]
    return [Measure(f"status sync of {JOBS:,} jobs beyond start-up", beyond, BUDGET, "s", times)]


def _document() -> str:
    rows = "\n".join(
        f"| L1B_rank{number} | running | {number} | - | - | - |" for number in range(1, JOBS + 1)
    )
    return (
        f"# {NAME}\n\n## Status\n\n### Fine-tuning\n\n"
        "| Run Name | Status | Job ID | Started | Completed | Notes |\n"
        f"|---|---|---|---|---|---|\n{rows}\n"
    )


def _cluster(folder: Path) -> dict[str, str]:
    """An environment with a sacct that knows all jobs at once, and a queue without any."""
    tools = folder.parent / "tools"
    tools.mkdir()
    told = "\n".join(
        f"{number}|{number}|lab|COMPLETED|0:0|{_TIMES}|L1B_rank{number}" for number in range(1, JOBS + 1)
    )
    (tools / "answer").write_text(f"{_HEADER}\n{told}\n")
    for name, text in {"sacct": f"exec cat '{tools}/answer'", "squeue": "exit 0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    return environment() | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
