"""What ckreg writes itself, and what people may do to it, is no problem."""

import json
import random
import re

from hypothesis import given
from hypothesis import strategies as st

from ckreg.adapters.assets import render_summary
from ckreg.core.check import Beside, Problem, check_document
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.settling import with_batch_sizes
from ckreg.core.spec import dump_spec
from ckreg.core.status import FINISHED, Status, StatusRequest, is_legal
from ckreg.core.summary import parse
from ckreg.core.summary.edit import changed_cells, key_of, with_cells
from ckreg.core.summary.rows import find_row
from tests.core.plan.helpers import NOW, TODAY, basis, planned, sheet
from tests.core.spec.helpers import Tree, read
from tests.core.spec.strategies import spec_trees

TASKS = [{"name": "cap", "script": "/tasks/cap.py"}, {"name": "gsm", "script": "inspect_evals/gsm8k"}]


def settled(tree: Tree) -> Plan:
    plan = resolve(read(tree), TODAY)
    return resolve(with_batch_sizes(plan.spec, {model.name: 4 for model in plan.spec.models}), TODAY)


def written(plan: Plan, *, found: bool = True) -> tuple[str, Beside]:
    made = sheet(plan, basis(), found=found)
    return render_summary(made), Beside(dump_spec(plan.spec), json.dumps(made.forecast.as_json()))


def told(problems: list[Problem]) -> list[str]:
    return [f"{problem.code} {problem.line}: {problem.message}" for problem in problems]


@given(spec_trees())
def test_a_document_of_design_has_no_problem(tree: Tree) -> None:
    plan = resolve(read(tree), TODAY)
    text, beside = written(plan)
    assert told(check_document(text, plan.name, beside)) == []


def test_spaces_within_a_prompt_count() -> None:
    plan = planned(variables={"system_prompt": {"short": "Say.", "long": "Say  it."}})
    text, beside = written(plan)
    assert '"Say  it."' in text
    assert told(check_document(text, plan.name, beside)) == []
    problems = check_document(text.replace("Say  it.", "Say it."), plan.name, beside)
    assert {problem.code for problem in problems} == {"CK702"}


@given(spec_trees())
def test_a_document_with_things_missing_has_prerequisites_only(tree: Tree) -> None:
    plan = resolve(read(tree), TODAY)
    text, beside = written(plan, found=False)
    assert {problem.code for problem in check_document(text, plan.name, beside)} == {"CK603"}


@given(st.data())
def test_statuses_that_were_set_are_no_problem(data: st.DataObject) -> None:
    plan = planned(evaluation={"tasks": TASKS, "epochs": "all"}, models=["A", "B"])
    text, beside = written(plan)
    rows: list[tuple[str, str | None, str | None]] = [(run.name, None, None) for run in plan.runs]
    rows += [(one.run_name, one.task, one.epoch or "-") for one in plan.evaluations]
    for number, (run, task, epoch) in enumerate(rows):
        status = Status.PENDING
        for new in data.draw(st.lists(st.sampled_from(Status), max_size=3)):
            trained = {row.run_name: row.status for row in parse(text).fine_tuning}
            if not is_legal(status, new) or (task and trained.get(run) == Status.PENDING):
                continue
            note = "OUT_OF_MEMORY" if new is Status.FAILED else None
            job = str(100 + number) if new in {Status.RUNNING, *FINISHED} else None
            request = StatusRequest(
                id="x", experiment=plan.name, run=run, at=NOW, task=task, epoch=epoch,
                status=new, job=job, note=note,
            )  # fmt: skip
            cells = changed_cells(find_row(text, key_of(request), "f"), request, "f")
            text = with_cells(text, key_of(request), cells, "f")
            status = new
    assert told(check_document(text, plan.name, beside)) == []


def reordered(line: str, order: list[int]) -> str:
    cells = line.strip().strip("|").split("|")
    return "|" + "|".join(cells[place] for place in order) + "|"


@given(spec_trees(), st.randoms(use_true_random=False))
def test_what_people_add_is_no_problem(tree: Tree, luck: random.Random) -> None:
    plan = settled(tree)
    text, beside = written(plan)
    if "\\|" in text:
        return  # the shuffle below knows no escapes
    lines: list[str] = []
    order: list[int] = []
    for line in text.split("\n"):
        if not line.startswith("|"):
            order = []
            lines.append(line)
            continue
        if not order:
            order = luck.sample(range(line.count("|")), line.count("|"))
        last = "---" if re.fullmatch(r"[|-]+", line) else "Mine" if lines[-1][:1] != "|" else "maybe"
        lines.append(reordered(f"{line}{last}|", order))
    extra = ["", "## My own section", "", "> a quote", "", "| a | b |", "|---|---|", "| 1 | 2 |", ""]
    shuffled = "\n".join([*lines, *extra])
    assert told(check_document(shuffled, plan.name, beside)) == []
    assert told(check_document(shuffled.replace("\n", "\r\n"), plan.name, beside)) == []
