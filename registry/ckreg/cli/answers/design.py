"""What `ckreg design --json` prints: the plan that was committed, or with --dry-run its files."""

from typing import TypeAlias, TypedDict

from ckreg.commands.design import Designed
from ckreg.core.plan.budget import BudgetJson
from ckreg.core.plan.checks import Mark
from ckreg.core.plan.forecast import TotalJson
from ckreg.flows.designing import Draft


class Check(TypedDict):
    """One of the checks that end a design; a prerequisite has to be there before the runs."""

    check: str
    mark: Mark


class Plan(TypedDict):
    """A plan; `path` is its folder, relative to the registry."""

    experiment: str
    path: str
    type: str
    runs: list[str]
    controls: list[str]
    evaluations: int
    estimates: TotalJson
    preliminary: bool
    budget: BudgetJson
    checks: list[Check]
    notes: list[str]


class Planned(Plan):
    """A plan that was not written: the text of every file by its name in the folder."""

    files: dict[str, str]


class Committed(Plan):
    """A plan that is written and committed; the files are relative to the registry."""

    committed: bool
    commit: str
    files: list[str]


Answer: TypeAlias = Planned | Committed


def planned(drafted: Draft) -> Planned:
    """The answer of `ckreg design --dry-run`."""
    return {**_plan(drafted), "files": dict(drafted.files)}


def committed(drafted: Draft, done: Designed) -> Committed:
    """The answer of `ckreg design`."""
    return {**_plan(drafted), "committed": True, "commit": done.commit, "files": list(done.files)}


def _plan(drafted: Draft) -> Plan:
    plan = drafted.sheet.plan
    return {
        "experiment": plan.name,
        "path": drafted.sheet.folder,
        "type": plan.design_type,
        "runs": [run.name for run in plan.runs],
        "controls": [control.name for control in plan.controls],
        "evaluations": len(plan.evaluations),
        "estimates": drafted.sheet.forecast.total_json(),
        "preliminary": drafted.sheet.forecast.preliminary,
        "budget": drafted.sheet.budget.as_json(),
        "checks": [{"check": check.text, "mark": check.mark} for check in drafted.checks],
        "notes": drafted.sheet.notes,
    }
