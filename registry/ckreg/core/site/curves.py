"""Loss curves of an experiment's runs."""

from collections.abc import Iterator, Sequence

from ckreg.core.losses.values import Curve, Loss, LossKind
from ckreg.core.site.experiment_page import LossCurve, LossPoint
from ckreg.core.site.material import Material
from ckreg.core.site.words import words

CURVE_COLUMNS = ("run_name", "kind", "step", "epoch", "loss", "log")


def curves(material: Material) -> list[LossCurve]:
    """One curve a run, in the plan's order: that of its last log which tells losses."""
    return [
        LossCurve(
            run_name=words(run),
            train=_points(curve.of(LossKind.TRAIN)),
            validation=_points(curve.of(LossKind.VALIDATION)),
            points_total=curve.points_total,
        )
        for run, curve in _of_runs(material)
    ]


def curve_cells(material: Material) -> Iterator[tuple[object, ...]]:
    """All of them as rows of a file."""
    for run, curve in _of_runs(material):
        for loss in curve.losses:
            yield run, loss.kind, loss.step, loss.epoch, loss.loss, curve.log_path


def _of_runs(material: Material) -> Iterator[tuple[str, Curve]]:
    by_log = {(curve.log_path, curve.segment): curve for curve in material.curves}
    by_run: dict[str, Curve] = {}
    job_of = {str(row["run_name"]): row["job_id"] for row in material.runs}
    run_of = {job: run for run, job in job_of.items() if job}
    ours: set[str] = set()
    # The last log counts, and that of the job which the row names before all others.
    for row in material.measurements:
        curve = by_log.get((str(row["log_path"]), row["segment"]))
        run = row["run_name"] or run_of.get(row["job_id"])
        if curve is None or not run or run in ours:
            continue
        by_run[str(run)] = curve
        if row["job_id"] and job_of.get(str(run)) == row["job_id"]:
            ours.add(str(run))
    order = [*job_of, *sorted(set(by_run) - set(job_of))]
    return ((run, by_run[run]) for run in order if run in by_run)


def _points(losses: Sequence[Loss]) -> tuple[LossPoint, ...]:
    return tuple(LossPoint(loss.step, loss.loss) for loss in losses)
