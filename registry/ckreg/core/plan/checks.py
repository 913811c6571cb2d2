"""The eight checks that end a design ("Validation Before Completion")."""

from dataclasses import dataclass
from enum import StrEnum

from ckreg.core import naming
from ckreg.core.plan.forecast import Forecast
from ckreg.core.plan.values import Plan
from ckreg.core.resources import DatasetFacts, ModelFacts, Resources, ScriptFacts
from ckreg.core.summary import Summary


class Mark(StrEnum):
    """How a check came out; a prerequisite is to be there before the runs, and does not hold up the plan."""

    DONE = "✓"
    FAILED = "✗"
    PREREQUISITE = "prerequisite"


@dataclass(frozen=True, slots=True)
class Check:
    """One of the eight, in the words of the description."""

    text: str
    mark: Mark


def eight_checks(plan: Plan, resources: Resources, forecast: Forecast, written: Summary) -> tuple[Check, ...]:
    """The checks of a plan; `written` is its document, read back."""
    names = {*(run.name for run in plan.runs), *(control.name for control in plan.controls)}
    forecasted = {name for group in forecast.training for name in group.runs}
    times = "calculated" if not forecast.preliminary else "clearly marked as preliminary"
    return (
        Check("All models verified", _needed(resources.models)),
        Check("Dataset verified with correct splits", _needed(resources.datasets)),
        Check("Evaluation scripts verified (or noted as prerequisites)", _needed(resources.scripts)),
        Check(f"Time estimates {times}", _is({run.name for run in plan.runs} == forecasted)),
        Check("Disk space checked", _disk(resources, forecast)),
        Check("All run names follow convention", _is(all(_follows(name) for name in names))),
        Check("Evaluation matrix is consistent", _is(_matrix_is_consistent(plan, written))),
        Check("Status tables initialized", _is(_status_is_initial(plan, written))),
    )


def _is(sound: bool) -> Mark:
    return Mark.DONE if sound else Mark.FAILED


def _needed(facts: tuple[ModelFacts, ...] | tuple[DatasetFacts, ...] | tuple[ScriptFacts, ...]) -> Mark:
    return Mark.PREREQUISITE if any(found.advice for found in facts) else Mark.DONE


def _disk(resources: Resources, forecast: Forecast) -> Mark:
    fits = resources.disk.fits(forecast.disk_gib, forecast.checkpoint_files)
    return Mark.PREREQUISITE if fits is None else _is(fits)


def _follows(name: str) -> bool:
    return naming.is_name(name) and len(name) <= naming.LONGEST


def _matrix_is_consistent(plan: Plan, written: Summary) -> bool:
    """Every evaluation of the matrix has its row, and every row its run."""
    planned = [(one.run_name, one.task, one.epoch) for one in plan.evaluations]
    rows = [(row.run_name, row.task, row.epoch) for row in written.evaluations]
    return rows == planned and {row.run_name for row in written.matrix} == {
        row.run_name for row in plan.matrix
    }


def _status_is_initial(plan: Plan, written: Summary) -> bool:
    statuses = {row.status for row in written.fine_tuning} | {row.status for row in written.evaluations}
    return [row.run_name for row in written.fine_tuning] == [run.name for run in plan.runs] and statuses <= {
        "pending"
    }
