"""Whose results a file has: told by its path, its task and its model, or by a job's id; never guessed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ckreg.core.markdown import unmarked
from ckreg.core.results.values import Evaluation, Result, Score, SourceKind
from ckreg.core.scaffold.layout import evaluation_folder, training_folder
from ckreg.core.shown.facts import path_in
from ckreg.core.summary.values import EvaluationRow, Summary
from ckreg.core.text import one_line

_OUT = "ck-out-"
_EPOCH = re.compile(r"epoch[_-]?(\d{1,6})")
_JOB = re.compile(r"\d{4,}(?:_\d+)?")
_NAMED_RUNS = 3


class Cell(NamedTuple):
    """A run, or one of its evaluations."""

    run: str
    task: str | None = None
    epoch: str | None = None


class Unjoined(NamedTuple):
    """Why a file's results are nobody's, in words that follow its path."""

    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a plan tells whose a file is; `bases` are runs without training, by model.

    `tasks` has the plan's name of each name that a task goes by.
    """

    experiment: str
    runs: tuple[str, ...]
    models: dict[str, str]
    controls: frozenset[str]
    untrained: frozenset[str]
    tasks: dict[str, str]
    task_names: tuple[str, ...]
    folders: tuple[tuple[tuple[str, ...], Cell], ...]
    epochs: dict[tuple[str, str], tuple[str | None, ...]]
    jobs: dict[str, tuple[Cell, ...]]
    weights: dict[str, str]

    def base_of(self, run: str) -> str | None:
        """The run of the same model without training."""
        model = self.models.get(run)
        found = [name for name in self.runs if name in self.controls and self.models.get(name) == model]
        return found[0] if model is not None and len(found) == 1 and run not in self.controls else None


def plan_of(summary: Summary, experiment: str) -> Plan:
    """What a document says of its runs, tasks, evaluations and jobs."""
    runs = tuple(dict.fromkeys([*(row.run_name for row in summary.runs), *_more_runs(summary)]))
    models = {row.run_name: unmarked(row.model) for row in summary.runs if row.model}
    kinds = {row.run_name: (row.type or "").casefold() for row in summary.runs}
    controls = {
        run for run in runs if run.endswith("_base") or kinds.get(run, "").startswith(("control", "base"))
    }
    untrained = controls | {run for run in runs if kinds.get(run, "").startswith("eval")}
    rows = tuple(row for row in summary.evaluations if row.task)
    names = tuple(
        dict.fromkeys([*(unmarked(row.name) for row in summary.tasks), *(row.task or "" for row in rows)])
    )
    return Plan(
        experiment=experiment,
        runs=runs,
        models=models,
        controls=frozenset(controls),
        untrained=frozenset(untrained),
        tasks=_task_names(summary, names),
        task_names=names,
        folders=tuple(_folders(runs, rows)),
        epochs=_epochs(rows),
        jobs=_jobs(summary, rows),
        weights=_weights(summary, controls, models),
    )


def _more_runs(summary: Summary) -> Iterator[str]:
    yield from (row.run_name for row in summary.fine_tuning)
    yield from (row.run_name for row in summary.evaluations)


def plain_epoch(epoch: str | None) -> str | None:
    """An epoch as results are kept under: `best (1)` is `best`."""
    return "best" if epoch and epoch.startswith("best (") else epoch


def _task_names(summary: Summary, names: Iterable[str]) -> dict[str, str]:
    """Each name by which a task may be called: its own, its script's, the function that the script names."""
    also: dict[str, set[str]] = {}
    for row in summary.tasks:
        script = path_in(row.script) or ""
        file, _, function = script.rpartition("@") if "@" in script else (script, "", "")
        stem = file.rpartition("/")[2].removesuffix(".py")
        for name in {function, stem} - {""}:
            also.setdefault(name, set()).add(unmarked(row.name))
    found = {name: next(iter(tasks)) for name, tasks in also.items() if len(tasks) == 1}
    return found | {name: name for name in names}


def _folders(runs: Iterable[str], rows: Iterable[EvaluationRow]) -> Iterator[tuple[tuple[str, ...], Cell]]:
    """The ends of folders that evaluations and runs have, longest first."""
    for row in rows:
        epoch = plain_epoch(row.epoch)
        way = evaluation_folder(row.run_name, row.task or "", epoch)
        yield tuple(way.split("/")), Cell(row.run_name, row.task, epoch)
    for run in runs:
        yield (training_folder(run),), Cell(run)


def _epochs(rows: Iterable[EvaluationRow]) -> dict[tuple[str, str], tuple[str | None, ...]]:
    found: dict[tuple[str, str], tuple[str | None, ...]] = {}
    for row in rows:
        key = (row.run_name, row.task or "")
        found[key] = (*found.get(key, ()), plain_epoch(row.epoch))
    return found


def _jobs(summary: Summary, rows: Iterable[EvaluationRow]) -> dict[str, tuple[Cell, ...]]:
    found: dict[str, tuple[Cell, ...]] = {}
    of_rows = [(row.job_id, Cell(row.run_name, row.task, plain_epoch(row.epoch))) for row in rows]
    for job, cell in [*of_rows, *((row.job_id, Cell(row.run_name)) for row in summary.fine_tuning)]:
        if job and _JOB.fullmatch(job):
            found[job] = (*found.get(job, ()), cell)
    return found


def _weights(summary: Summary, controls: Iterable[str], models: dict[str, str]) -> dict[str, str]:
    """The run that evaluates a folder of weights as they are, by the folder."""
    of_model = {models[run]: run for run in controls if run in models}
    places = [(row.name, path_in(row.path)) for row in (*summary.models, *summary.checkpoints)]
    known = {run.run_name for run in summary.runs}
    owners = ((of_model.get(name) or (name if name in known else None), path) for name, path in places)
    return {path.rstrip("/"): run for run, path in owners if run and path}


def joined(plan: Plan, path: str, found: Evaluation, *, ours: bool) -> Cell | Unjoined:
    """The cell of the plan that a file's evaluation is of.

    `ours` says that the path lies where only this experiment's files lie; elsewhere it must name it.
    """
    by_path = _by_path(plan, path, ours=ours)
    by_model = _by_model(plan, found.models)
    by_job = _by_job(plan, path)
    known = [cell for cell in (by_path, by_model, by_job) if cell is not None]
    runs = list(dict.fromkeys(cell.run for cell in known))
    if not runs:
        return Unjoined(f"neither its path nor its model names a run of {plan.experiment}")
    if len(runs) > 1:
        return Unjoined(f"its path and its model or job name different runs: {', '.join(runs[:_NAMED_RUNS])}")
    task = _task(plan, found, known)
    if isinstance(task, Unjoined):
        return task
    epoch = _epoch(plan, runs[0], task, found, known)
    return epoch if isinstance(epoch, Unjoined) else Cell(runs[0], task, epoch)


def _by_path(plan: Plan, path: str, *, ours: bool) -> Cell | None:
    """The evaluation, else the run, whose folder the path has; the deepest counts."""
    parts = tuple(part.removeprefix(_OUT) for part in re.split(r"[/\\]", path)[:-1])
    if not ours and plan.experiment not in parts:
        return None
    if not ours:
        parts = parts[len(parts) - 1 - parts[::-1].index(plan.experiment) :]
    for way, cell in plan.folders:
        if any(parts[place : place + len(way)] == way for place in range(len(parts))):
            return cell if cell.task else Cell(cell.run, None, _epoch_in(path))
    return None


def _epoch_in(path: str) -> str | None:
    """The epoch of a folder `epoch_0`, as torchtune makes one."""
    found = [match for part in re.split(r"[/\\]", path) if (match := _EPOCH.fullmatch(part))]
    return str(int(found[-1][1])) if found else None


def _by_model(plan: Plan, models: Iterable[str]) -> Cell | None:
    for model in models:
        if (run := plan.weights.get(model.rstrip("/"))) is not None:
            return Cell(run)
        if plan.experiment in model and (cell := _by_path(plan, f"{model}/", ours=False)):
            return Cell(cell.run, None, _epoch_in(model))
    return None


def _by_job(plan: Plan, path: str) -> Cell | None:
    for part in reversed(re.split(r"[/\\]", path)[:-1]):
        cells = plan.jobs.get(part, ())
        if len({cell.run for cell in cells}) == 1:
            return cells[0] if len(cells) == 1 else Cell(cells[0].run)
    return None


def _task(plan: Plan, found: Evaluation, known: Iterable[Cell]) -> str | Unjoined:
    """The plan's name of a task; one of lm-evaluation-harness that has none keeps its own."""
    own = plan.tasks.get(found.task or "")
    of_cell = next((cell.task for cell in known if cell.task), None)
    if own and of_cell and own != of_cell and found.kind is SourceKind.INSPECT_AI:
        return Unjoined(f"it is of the task {own}, and its folder of {of_cell}")
    if found.kind is SourceKind.INSPECT_AI:
        task = of_cell or own
    else:
        task = own or (one_line(found.task) if found.task else of_cell)
    if task:
        return task
    tasks = ", ".join(plan.task_names) or "none"
    return Unjoined(f"its task {one_line(found.task or 'without a name')} is none of the plan's ({tasks})")


def _epoch(
    plan: Plan, run: str, task: str, found: Evaluation, known: Iterable[Cell]
) -> str | Unjoined | None:
    if found.epoch is not None:
        return found.epoch
    if run in plan.untrained:
        return None
    known = tuple(known)
    if of_cell := next((cell.epoch for cell in known if cell.task and cell.epoch), None):
        return of_cell
    told = list(dict.fromkeys(cell.epoch for cell in known if cell.epoch))
    if len(told) == 1:
        return told[0]
    planned = plan.epochs.get((run, task), ())
    if len(planned) == 1:
        return planned[0]
    return Unjoined(f"it does not say which epoch of {run} it is of")


def results_of(cell: Cell, found: Evaluation, source: str) -> Iterator[Result]:
    """A result for each score; where there is none, one that says how the evaluation ended."""
    for score in found.scores or (None,):
        yield _result(cell, found, score, source)


def _result(cell: Cell, found: Evaluation, score: Score | None, source: str) -> Result:
    return Result(
        run_name=cell.run,
        task=cell.task or "",
        epoch=cell.epoch,
        metric=one_line(score.metric) if score else None,
        value=score.value if score else None,
        stderr=score.stderr if score else None,
        samples=score.samples if score else None,
        seed=found.seed,
        scorer=one_line(score.scorer) if score and score.scorer else None,
        outcome=str(found.outcome),
        source=one_line(source),
        source_kind=str(found.kind),
        at=found.at,
    )
