"""`ckreg status set` in a registry of 1,000 experiments against `git commit -o` of the same file."""

import itertools
from pathlib import Path

from generate import experiment, registry
from timing import CKREG, Measure, command, medians, run

EXPERIMENTS = 1000
BUDGET = 4.0
ROUNDS = 9


def measure(folder: Path) -> list[Measure]:
    """What `status set` takes beyond start-up, as so many times git's own commit."""
    registry(folder, EXPERIMENTS)
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
    return [Measure(subject, beyond / times["git commit -o"], BUDGET, "x git commit -o", times)]
