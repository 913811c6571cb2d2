"""Measures ckreg against its budgets, as ratios in one run: `python benchmarks/bench.py [SUBJECT...]`.

It asserts nothing about time: a busy machine must not fail a build.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asking
import check
import completing
import estimate
import finding
import history
import index
import pages
import startup
import status_set
import sync
from timing import Measure

SUBJECTS: dict[str, Callable[[Path, int], list[Measure]]] = {
    "startup": lambda _folder, _logs: startup.measure(),
    "completing": lambda folder, _logs: completing.measure(folder),
    "status_set": lambda folder, _logs: status_set.measure(folder),
    "sync": lambda folder, _logs: sync.measure(folder),
    "index": index.measure,
    "estimate": lambda folder, _logs: estimate.measure(folder),
    "history": lambda folder, _logs: history.measure(folder),
    "asking": lambda folder, _logs: asking.measure(folder),
    "check": lambda folder, _logs: check.measure(folder),
    "site": pages.measure,
    "finding": lambda folder, _logs: finding.measure(folder),
}


def main() -> None:
    """Print a line for each budget, and what it was made of."""
    parser = argparse.ArgumentParser(description="Measure ckreg against its budgets.")
    parser.add_argument(
        "subjects", nargs="*", metavar="SUBJECT", help=f"of {', '.join(SUBJECTS)}; all if none"
    )
    parser.add_argument(
        "--logs",
        type=int,
        default=1000,
        help="logs of 260 KB for `index`, experiments for `site` (default: 1000)",
    )
    words = parser.parse_args()
    unknown = set(words.subjects) - set(SUBJECTS)
    if unknown:
        parser.error(f"no such subject: {', '.join(sorted(unknown))}")
    for measured in _measures(words.subjects or list(SUBJECTS), words.logs):
        print(measured, flush=True)


def _measures(subjects: list[str], logs: int) -> Iterator[Measure]:
    for subject in subjects:
        print(f"measuring {subject} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="ckreg-bench-") as folder:
            yield from SUBJECTS[subject](Path(folder) / subject, logs)


if __name__ == "__main__":
    main()
