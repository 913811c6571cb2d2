"""Three people with a clone each, who write at random and exchange by plain `git pull` and `git push`."""

import json
import random
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.hooks import hooks_install
from ckreg.commands.status_set import Wish, status_set
from ckreg.core.status import Status
from ckreg.core.summary import FineTuningRow, parse
from ckreg.errors import RefusedError
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
BEGAN = datetime(2025, 10, 22, 15, tzinfo=UTC)
# How far each run comes in the end; who knows of it first is left to chance.
RANKS = [str(rank) for rank in range(2, 12)]
RUNS = {f"L1B_rank{rank}": ["completed", "failed"][int(rank) % 3 == 0] for rank in RANKS}
ORDER = {"pending": 0, "running": 1, "completed": 2, "failed": 2}


@dataclass
class People:
    """The clones, the clock that they share, and what was acknowledged."""

    clones: list[Home]
    chance: random.Random
    monkeypatch: pytest.MonkeyPatch
    minutes: int = 0
    done: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    prose: list[str] = field(default_factory=list)

    def set_status(self, clone: Home) -> None:
        run = self.chance.choice(list(RUNS))
        new = Status(self.chance.choice(["running", RUNS[run]]))
        if row_of(clone, run).status == Status.FAILED:
            return  # a retry is for a person to merge
        self.minutes += 1
        self.monkeypatch.setenv("CKREG_NOW", (BEGAN + timedelta(minutes=self.minutes)).isoformat())
        try:
            done = status_set(clone, EXPERIMENT, Wish(run=run, status=new, job=run.removeprefix("L1B_rank")))
        except RefusedError:
            return
        if done.commit:
            self.done[run].append((self.minutes, str(new)))

    def note(self, clone: Home) -> None:
        run = self.chance.choice(list(RUNS))
        row = row_of(clone, run)
        text = f"n{len(self.prose) + sum(map(len, self.notes.values()))}"
        note = f"{row.notes}; {text}" if row.notes else text
        status_set(clone, EXPERIMENT, Wish(run=run, note=note))
        self.notes[run].append(text)

    def write(self, clone: Home, git: Git) -> None:
        """A line of prose under this person's own heading, committed by hand."""
        path, line = clone.root / DOCUMENT, f"Line {len(self.prose)}."
        heading = f"### Of clone {self.clones.index(clone)}\n"
        path.write_text(path.read_text().replace(heading, f"{heading}\n{line}\n"))
        log = path.with_name("design-experiment.log")
        log.write_text(
            log.read_text() + f"\n[2025-10-22 16:00:{len(self.prose):02}] REMARK: {line}\nBy: hand\n"
        )
        runs = clone.root / "prior-runs.jsonl"
        runs.write_text(runs.read_text() + json.dumps({"line": line}) + "\n")
        git(clone.root, "commit", "-qam", line)
        self.prose.append(line)


def row_of(clone: Home, run: str) -> FineTuningRow:
    rows = parse((clone.root / DOCUMENT).read_text()).fine_tuning
    return next(row for row in rows if row.run_name == run)


def document() -> str:
    """SUMMARY with ten runs."""
    text = re.sub(r"^\| L1B_rank.*\n", "", SUMMARY, flags=re.MULTILINE).replace("4, 64", ", ".join(RANKS))
    rows = {
        "| L1B_base | L1B |": "| L1B_rank{0} | L1B | {0} | 4 | Fine-tuned | 16 min |\n",
        "| L1B_base | ✓ |": "| L1B_rank{0} | ✓ epoch 0 | All evals |\n",
        "| L1B_base | cap |": "| L1B_rank{0} | cap | 0 | pending | - | - | - |\n",
        "\n### Evaluations\n": "| L1B_rank{0} | pending | - | - | - | - |\n",
    }
    for behind, row in rows.items():
        text = text.replace(behind, "".join(row.format(rank) for rank in RANKS) + behind)
    return text + "".join(f"\n### Of clone {number}\n\nWritten by hand:\n" for number in range(3))


@pytest.fixture
def shared_by(home: Home, git: Git, tmp_path: Path) -> list[Home]:
    """Three clones of one bare repository, each set up with hooks and driver."""
    (home.root / DOCUMENT).write_text(document())
    (home.root / DOCUMENT).with_name("design-experiment.log").write_text("[2025-10-22 14:00:00] X: y\nA: b\n")
    (home.root / "prior-runs.jsonl").write_text("")
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", "plan of ten runs")
    git(tmp_path, "clone", "-q", "--bare", str(home.root), "bare.git")
    clones = [Home(tmp_path / f"clone{number}") for number in range(3)]
    for clone in clones:
        git(tmp_path, "clone", "-q", "bare.git", clone.root.name)
        hooks_install(clone)
    return clones


def exchange(clone: Home, git: Git, how: str) -> list[str]:
    """Pull and push until it is through; gives the messages of commits that a rebase dropped."""
    dropped: list[str] = []
    while True:
        done = subprocess.run(
            ["git", "-C", str(clone.root), "pull", "--no-edit", how],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr + (clone.root / DOCUMENT).read_text()
        dropped += re.findall(r"^dropping (\w+) ", done.stdout + done.stderr, re.MULTILINE)
        pushed = subprocess.run(
            ["git", "-C", str(clone.root), "push", "-q"], capture_output=True, text=True, check=False
        )
        if pushed.returncode == 0:
            return [git(clone.root, "log", "-1", "--format=%B", commit) for commit in dropped]


@pytest.mark.parametrize(
    ("how", "seed"),
    [
        ("--no-rebase", 1),
        *(pytest.param("--no-rebase", seed, marks=pytest.mark.slow) for seed in (2, 3)),
        *(pytest.param("--rebase", seed, marks=pytest.mark.slow) for seed in (1, 2)),
    ],
)
def test_three_clones_converge(
    shared_by: list[Home], git: Git, monkeypatch: pytest.MonkeyPatch, how: str, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # a test that can be run again
    people = People(shared_by, chance, monkeypatch)
    dropped: list[str] = []
    for _ in range(2):
        for clone in shared_by:
            for _ in range(4):
                people.set_status(clone)
            people.note(clone)
            people.write(clone, git)
        for clone in chance.sample(shared_by, k=2):
            dropped += exchange(clone, git, how)
    for clone in (*shared_by, *shared_by[:2]):
        dropped += exchange(clone, git, how)
    trees = {git(clone.root, "rev-parse", "HEAD^{tree}") for clone in shared_by}
    assert len(trees) == 1
    assert git(shared_by[0].root, "status", "--porcelain") == ""
    check(people, shared_by[0], git, dropped)


def check(people: People, clone: Home, git: Git, dropped: list[str]) -> None:
    text = (clone.root / DOCUMENT).read_text()
    assert "<<<<<<<" not in text
    assert all(text.count(f"\n{line}\n") == 1 for line in people.prose)
    beside = (clone.root / DOCUMENT).with_name("design-experiment.log").read_text()
    assert all(beside.count(f"REMARK: {line}\nBy: hand\n") == 1 for line in people.prose)
    lines = (clone.root / "prior-runs.jsonl").read_text().splitlines()
    assert sorted(lines) == sorted(json.dumps({"line": line}) for line in people.prose)
    history = git(clone.root, "log", "--format=%B") + "".join(dropped)
    for row in parse(text).fine_tuning:
        updates = people.done[row.run_name]
        assert sorted((row.notes or "").split("; ")) == sorted(people.notes[row.run_name] or [""])
        assert row.status == max([status for _, status in updates] + ["pending"], key=ORDER.__getitem__)
        finished = [minute for minute, status in updates if ORDER[status] == 2]
        assert row.completed == (at(min(finished)) if finished else None)
        starts = {at(minute) for minute, status in updates if status == "running"}
        assert row.started is None or row.started in starts
        for minute, status in updates:
            told = f'"to": "{status}", "job": "{row.job_id}"'
            when = (BEGAN + timedelta(minutes=minute)).isoformat()
            assert any(
                told in line and when in line and f'"{row.run_name}"' in line for line in history.split("\n")
            )


def at(minute: int) -> str:
    return (BEGAN + timedelta(minutes=minute)).strftime("%Y-%m-%d %H:%M:%S")
