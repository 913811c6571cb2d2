"""`ckreg status set` in a registry of 1,000 experiments: one against git's own commit, and 50 at once."""

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

from generate import experiment, registry
from timing import CKREG, Measure, command, environment, medians, run

EXPERIMENTS = 1000
BUDGET = 4.0
ROUNDS = 9
AT_ONCE = 50
AT_ONCE_BUDGET = 0.7
COMMITS_BUDGET = 30


def measure(folder: Path) -> list[Measure]:
    """One `status set`, and many at once, both in the same registry."""
    registry(folder, EXPERIMENTS)
    return [_one(folder), *_many(folder)]


def _one(folder: Path) -> Measure:
    """What `status set` takes beyond start-up, as so many times git's own commit."""
    name = experiment(500)
    document = f"experiments/{name}/experiment_summary.md"
    number = itertools.count()

    def status_set() -> None:
        words = ["status", "set", name, "Llama-3.2-1B-Instruct_rank4", "--note", f"note {next(number)}"]
        run([CKREG, *words], folder)

    def git_commit() -> None:
        with (folder / document).open("a") as file:
            file.write(f"- note {next(number)}\n")
        run(["git", "commit", "-q", "-m", "note", "-o", document], folder)

    start_up = command(CKREG, "status", "set", "--help")
    times = medians({"status set": status_set, "start-up": start_up, "git commit -o": git_commit}, ROUNDS)
    beyond = times["status set"] - times["start-up"]
    subject = "status set beyond start-up, 1,000 experiments"
    return Measure(subject, beyond / times["git commit -o"], BUDGET, "x git commit -o", times)


def _many(folder: Path) -> list[Measure]:
    """50 at once in the time of 50 in a row, and the commits that they took; none may be lost."""
    times, commits = {}, 0
    for turn in ("at once", "in a row"):
        calls = [_call(number, turn) for number in range(AT_ONCE)]
        before, start = _commits(folder), time.perf_counter()
        if turn == "in a row":
            for words in calls:
                run(words, folder)
        else:
            _together(calls, folder)
        times[turn] = time.perf_counter() - start
        if turn == "at once":
            commits = _commits(folder) - before
    told = subprocess.run(
        ["git", "log", "--format=%B"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    assert all(told.count(f'"{turn} {number}"') == 1 for turn in times for number in range(AT_ONCE))
    subject = f"{AT_ONCE} status set at once, 1,000 experiments"
    return [
        Measure(
            subject, times["at once"] / times["in a row"], AT_ONCE_BUDGET, f"x {AT_ONCE} in a row", times
        ),
        Measure("commits that these took", commits, COMMITS_BUDGET, "commits", times),
    ]


def _call(number: int, turn: str) -> list[str]:
    """A run's note of its own: a few experiments, several runs of each."""
    name = experiment(100 + number % 10)
    word = f"{turn} {number}"
    run_name = f"Llama-3.2-1B-Instruct_rank{4 * 2 ** (number // 10)}"
    return [CKREG, "status", "set", name, run_name, "--note", word, "--evidence", word]


def _together(calls: list[list[str]], folder: Path) -> None:
    with open(os.devnull, "w", encoding="utf-8") as sink:  # noqa: PTH123  # no file of ours
        started = [
            subprocess.Popen(words, cwd=folder, env=environment(), stdout=sink, stderr=sink)
            for words in calls
        ]
    if sum(process.wait() != 0 for process in started):
        sys.exit("one of many `ckreg status set` at once failed")


def _commits(folder: Path) -> int:
    counted = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"], cwd=folder, capture_output=True, text=True, check=True
    )
    return int(counted.stdout)
