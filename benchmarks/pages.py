"""`ckreg site`: a registry's pages made for the first time, and after a change of one experiment."""

import time
from pathlib import Path

from generate import experiment, registry
from timing import CKREG, Measure, run

SECONDS_FIRST = 20.0  # for 1,000 experiments
SECONDS_AFTER = 2.0
EXPERIMENTS = 1000


def measure(folder: Path, experiments: int) -> list[Measure]:
    """Seconds of the whole call; the cache has read the documents before, as any other call makes it."""
    registry(folder, experiments)
    run([CKREG, "query", "SELECT count(*) FROM runs"], folder)
    times = {"first": _seconds(folder), "unchanged": _seconds(folder)}
    document = folder / "experiments" / experiment(0) / "experiment_summary.md"
    document.write_text(document.read_text(encoding="utf-8") + "A note.\n", encoding="utf-8")
    times["one changed"] = _seconds(folder)
    share = experiments / EXPERIMENTS
    subject = f"site of {experiments:,} experiments"
    after = {name: times[name] for name in ("unchanged", "one changed")}
    return [
        Measure(subject, times["first"], SECONDS_FIRST * share, "s", {"first": times["first"]}),
        Measure(f"{subject}, one changed", times["one changed"], SECONDS_AFTER, "s", after),
    ]


def _seconds(folder: Path) -> float:
    start = time.perf_counter()
    run([CKREG, "site", "--no-index"], folder)
    return time.perf_counter() - start
