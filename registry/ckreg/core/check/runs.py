"""CK2xx: are run names unique, well formed, and the same in All Runs and Status?"""

import re
from collections.abc import Iterable, Iterator

from ckreg.core.check.problem import Problem, error
from ckreg.core.summary import RunRow, Summary

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


def check_runs(summary: Summary) -> Iterator[Problem]:
    """All problems with the names of runs."""
    yield from _check_names(summary.runs)
    known = {run.run_name for run in summary.runs}
    trained = {row.run_name for row in summary.fine_tuning}
    evaluated = {row.run_name for row in summary.evaluations}
    planned = {row.run_name for row in summary.matrix if any(text for _, text in row.cells)}
    for run in summary.runs:
        if not is_control(run) and run.run_name not in trained:
            yield error("CK203", run.line, f"the run {run.run_name!r} has no row in 'Status > Fine-tuning'")
        elif is_control(run) and run.run_name in planned - evaluated:
            yield error(
                "CK203", run.line, f"the control {run.run_name!r} has no row in 'Status > Evaluations'"
            )
    for line, name in _first_lines(summary):
        if name not in known:
            yield error("CK204", line, f"the run {name!r} is in Status, but not in 'All Runs'")


def is_control(run: RunRow) -> bool:
    """Whether a run is only evaluated: a base model, or a checkpoint that was there before."""
    return run.run_name.endswith("_base") or (run.type or "").casefold().startswith(
        ("control", "base", "eval")
    )


def _check_names(runs: Iterable[RunRow]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for run in runs:
        if run.run_name in seen:
            first = seen[run.run_name]
            yield error("CK201", run.line, f"the run name {run.run_name!r} is there twice (line {first})")
        seen.setdefault(run.run_name, run.line)
        if not _NAME.fullmatch(run.run_name):
            yield error(
                "CK202",
                run.line,
                f"the run name {run.run_name!r} is not made of at most 100 letters, digits, '.', '_', '-'",
            )


def _first_lines(summary: Summary) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    rows = [(row.line, row.run_name) for row in summary.fine_tuning]
    rows += [(row.line, row.run_name) for row in summary.evaluations]
    for line, name in rows:
        if name not in seen:
            yield line, name
        seen.add(name)
