"""Many processes at once, killed at any moment, beside a person: nothing is lost, nothing is there twice."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters import spool
from ckreg.adapters.git import status_events
from ckreg.adapters.tree import Home
from ckreg.cli.main import main
from ckreg.commands.init import init
from ckreg.core.status import StatusEvent
from ckreg.core.summary import Summary, parse
from tests.documents import SUMMARY
from tests.stress import ACKNOWLEDGED, experiment

Git = Callable[..., str]
SECONDS = int(os.environ.get("CKREG_STRESS_SECONDS", "0"))  # tests themselves do not see such variables


def made(root: Path, git: Git, experiments: int) -> Home:
    init(root)
    for number in range(experiments):
        document = Home(root).summary(experiment(number))
        document.parent.mkdir()
        document.write_text(SUMMARY)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "plans")
    return Home(root)


def play(home: Home, **words: int) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CKREG_NOW"}
    environment["CKREG_LOCK_TIMEOUT_SECONDS"] = "300"  # of a machine that does much else
    options = [f"--{name}={value}" for name, value in words.items()]
    command = [sys.executable, "-m", "tests.stress", str(home.root), *options]
    done = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-5000:]


def statuses(summary: Summary) -> dict[tuple[str, str | None, str | None], str]:
    tuned = {(row.run_name, None, None): row.status or "" for row in summary.fine_tuning}
    return tuned | {(row.run_name, row.task, row.epoch): row.status or "" for row in summary.evaluations}


def replayed(events: list[StatusEvent], name: str) -> dict[tuple[str, str | None, str | None], str]:
    """The statuses that the events tell of, on the rows of the document as it was first."""
    rows = statuses(parse(SUMMARY))
    for event in events:
        if event.experiment == name:
            key = (event.run, event.task, event.epoch)
            assert rows[key] == event.from_status, event
            rows[key] = event.to_status or ""
    return rows


def assert_nothing_lost(home: Home, git: Git, experiments: int) -> None:
    acknowledged = (home.root.parent / ACKNOWLEDGED).read_text().splitlines()
    assert len(set(acknowledged)) == len(acknowledged)
    assert main(["-C", str(home.root), "status", "flush"]) == 0
    assert spool.is_empty(home)
    assert not (home.root / ".git" / "index.lock").exists()
    assert git(home.root, "fsck", "--strict", "--no-dangling") == ""
    events = list(status_events(home))
    told = Counter(event.evidence for event in events)
    assert not set(acknowledged) - set(told)
    assert {evidence: number for evidence, number in told.items() if number > 1} == {}
    for number in range(experiments):
        name = experiment(number)
        committed = git(home.root, "show", f"HEAD:experiments/{name}/experiment_summary.md")
        assert statuses(parse(committed)) == replayed(events, name)
        in_folder = home.summary(name).read_text()
        assert statuses(parse(in_folder)) == statuses(parse(committed))
        assert "pending -" not in in_folder


def test_a_few_with_kills_lose_nothing(tmp_path: Path, git: Git) -> None:
    home = made(tmp_path / "registry", git, 4)
    play(home, experiments=4, workers=8, updates=2)
    assert_nothing_lost(home, git, 4)


@pytest.mark.slow
def test_a_hundred_with_kills_lose_nothing(tmp_path: Path, git: Git) -> None:
    """For as long as CKREG_STRESS_SECONDS says; one round of less than a minute if it does not."""
    home = made(tmp_path / "registry", git, 20)
    play(home, experiments=20, workers=100, updates=5, seconds=SECONDS)
    assert_nothing_lost(home, git, 20)
