"""The runs and evaluations of an experiment, each with what plan, log, scheduler and prediction say of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ckreg.core.site.experiment_page import RunLine
from ckreg.core.site.jobs import hours_by_job
from ckreg.core.site.material import Material, Row
from ckreg.core.site.words import number, text, whole, words

_FINETUNE, _EVAL = "finetune", "eval"
_NOTHING: Row = {}


def run_lines(material: Material) -> Iterator[RunLine]:
    """Runs in the plan's order, each followed by its evaluations; then evaluations whose run nobody plans.

    A run without a status that has evaluations is a base model: it is not trained, and has no line.
    """
    lines = _Lines(material)
    evaluations: dict[str, list[Row]] = {}
    for row in material.evaluations:
        evaluations.setdefault(str(row["run_name"]), []).append(row)
    for row in material.runs:
        own = evaluations.pop(str(row["run_name"]), [])
        if row["status"] is not None or not own:
            yield lines.of(row, row)
        for evaluation in own:
            yield lines.of(evaluation, row)
    for rest in evaluations.values():
        for evaluation in rest:
            yield lines.of(evaluation, _NOTHING)


class _Lines:
    """Looks up what belongs to a row."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._hours = hours_by_job(material)
        self._met = {_key(row): row for row in material.predictions}
        self._sharing = Counter(row["job_id"] for row in (*material.runs, *material.evaluations))
        self._by_job, self._by_run = _lookups(material.measurements)
        self._number = 0

    def of(self, row: Row, plan: Row) -> RunLine:
        self._number += 1
        is_run = row is plan
        job = None if row["job_id"] is None else str(row["job_id"])
        measured = self._measured(row, job, is_run=is_run)
        told = self._material.jobs.get(job or "", _NOTHING)
        met = self._met.get(_key(row) if not is_run else (str(row["run_name"]), None, None), _NOTHING)
        return RunLine(
            anchor=f"row-{self._number}",
            run_name=words(row["run_name"]),
            task=None if is_run else words(row["task"]),
            epoch=None if is_run else text(row["epoch"]),
            type=text(plan.get("type")),
            model=text(plan.get("model")),
            lora_rank=whole(plan.get("lora_rank")),
            batch_size=whole(plan.get("batch_size")),
            status=text(row["status"]),
            job_id=text(job),
            started=text(row["started"] if is_run else told.get("started")),
            completed=text(row["completed"]),
            notes=text(row["notes"]),
            outcome=text(measured.get("outcome") or told.get("outcome")),
            predicted_seconds=number(met.get("median_seconds")),
            p90_seconds=number(met.get("p90_seconds")),
            actual_seconds=number(met.get("actual_seconds")),
            seconds_per_step=number(measured.get("seconds_per_step")),
            tokens_per_second_per_gpu=number(measured.get("tokens_per_second_per_gpu")),
            peak_gpu_mem_gib=number(measured.get("peak_gpu_mem_gib")),
            gpus=_first(told.get("gpus"), measured.get("n_gpus")),
            gpu_type=text(measured.get("gpu_type") or told.get("gpu_type")),
            # A job of several rows tells the time of none.
            gpu_hours=self._hours.get(job) if job and self._sharing[job] == 1 else None,
        )

    def _measured(self, row: Row, job: str | None, *, is_run: bool) -> Row:
        """The log of the row's job; of a run without one the last that names it."""
        run = str(row["run_name"])
        found = [
            each
            for each in self._by_job.get(job or "", ())
            if each["kind"] != (_EVAL if is_run else _FINETUNE) and each["run_name"] in {run, None}
        ]
        if not found and is_run and job is None:
            found = self._by_run.get(run, [])
        return found[-1] if found else _NOTHING


def _lookups(measurements: Sequence[Row]) -> tuple[Mapping[str, list[Row]], Mapping[str, list[Row]]]:
    by_job: dict[str, list[Row]] = {}
    by_run: dict[str, list[Row]] = {}
    for row in measurements:
        if row["job_id"]:
            by_job.setdefault(str(row["job_id"]), []).append(row)
        if row["kind"] == _FINETUNE and row["run_name"]:
            by_run.setdefault(str(row["run_name"]), []).append(row)
    return by_job, by_run


def _key(row: Row) -> tuple[str, str | None, str | None]:
    epoch = row["epoch"]
    # A prediction knows the best epoch by that name alone.
    best = isinstance(epoch, str) and epoch.startswith("best (")
    return str(row["run_name"]), row["task"], "best" if best else epoch


def _first(*values: object) -> int | None:
    return next((found for value in values if (found := whole(value)) is not None), None)
