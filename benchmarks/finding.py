"""`ckreg find` over 1,000 experiments: nothing changed, and after one changed."""

import itertools
from pathlib import Path

from generate import experiment, registry
from timing import CKREG, Measure, command, medians, run

EXPERIMENTS = 1000
SECONDS = 0.3
ROUNDS = 7


def measure(folder: Path) -> list[Measure]:
    """What a search takes beyond start-up; the later one reads and indexes a document that was edited."""
    registry(folder, EXPERIMENTS)
    document = folder / "experiments" / experiment(7) / "experiment_summary.md"
    text, number = document.read_text(encoding="utf-8"), itertools.count()
    search = command(CKREG, "find", "rank", "accuracy", cwd=folder)

    def edited() -> None:
        document.write_text(f"{text}\n- A note, the {next(number)}th.\n", encoding="utf-8")
        run([CKREG, "find", "note"], folder)

    search()
    cases = {"find": search, "edited": edited, "start-up": command(CKREG, "find", "--help", cwd=folder)}
    times = medians(cases, ROUNDS)
    start = times.pop("start-up")
    return [
        Measure(
            f"{what} among {EXPERIMENTS:,} experiments",
            seconds - start,
            SECONDS,
            "s",
            {what: seconds, "start-up": start},
        )
        for what, seconds in times.items()
    ]
