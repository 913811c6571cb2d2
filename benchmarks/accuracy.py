"""Measures what ckreg reads and what it predicts against what is known, and writes docs/accuracy.md.

`python benchmarks/accuracy.py [--logs FOLDER] [--grid FOLDER ...]`: the first folder holds LABELS.jsonl and
the logs that it names, each of the others jobs.jsonl, sacct.txt and the jobs' logs. The same input gives the
same bytes.
"""

import argparse
import os
from pathlib import Path

import accuracy_logs
import accuracy_report
from accuracy_grid import read_grid

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "accuracy.md"
DEFAULT_LOGS = ROOT.parent / "shared" / "logs"
GRID = "own/grid"
INTRODUCTION = """\
# How accurate ckreg is

Written by `make accuracy`: what ckreg reads in job logs, and how well it predicts jobs that it has not seen.

"""


def main() -> None:
    """Score logs and estimates, print the tables, and write the report."""
    words = _words()
    text = INTRODUCTION
    if not words.only_estimates:
        labels = accuracy_logs.read_labels(words.logs)
        measured = [accuracy_logs.measure(words.logs, label) for label in labels]
        scores, misses = accuracy_logs.score(labels, measured)
        accuracy_logs.print_summary(scores, misses)
        text += accuracy_logs.report(scores, misses, len(labels))
    for folder in words.grid or [words.logs / GRID]:
        found = accuracy_report.tried(folder.name, read_grid(folder))
        print(accuracy_report.summary(found), end="")
        text += "\n" + accuracy_report.report(found)
    if not words.only_estimates:
        words.report.write_text(text, encoding="utf-8")
        print(f"\nAll of it, with every miss and every job, is in {words.report}")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure ckreg against labelled logs and jobs.")
    variable = accuracy_logs.VARIABLE
    default = Path(os.environ.get(variable, str(DEFAULT_LOGS)))
    parser.add_argument(
        "--logs", type=Path, default=default, help=f"the folder of LABELS.jsonl (or ${variable})"
    )
    parser.add_argument(
        "--grid",
        type=Path,
        action="append",
        help=f"a folder of jobs.jsonl, sacct.txt and logs; repeatable (default: {GRID} in that of --logs)",
    )
    parser.add_argument(
        "--only-estimates", action="store_true", help="print the estimates' accuracy; write nothing"
    )
    parser.add_argument(
        "--report", type=Path, default=REPORT, help="the file to write (default: docs/accuracy.md)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
