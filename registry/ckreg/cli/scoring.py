"""What `ckreg estimate --score` shows."""

from collections.abc import Iterator

from ckreg.cli.common import Place
from ckreg.cli.output import emit, emit_json, emit_table, note, progress
from ckreg.commands.score import Scored, score
from ckreg.core.score.leaving_out import MOST_JOBS
from ckreg.core.score.values import Breakdown, Graded, Score
from ckreg.core.units import count, counted
from ckreg.flows.scoring import WithoutOwn

_HEADERS = ("Estimates", "Runs", "Within p90", "Actual / predicted", "Median error")
_LEGEND = (
    "Within p90: took no longer than the 90th percentile. Actual / predicted: the\n"
    "median, and from the 10th to the 90th percentile. Median error: of\n"
    "|predicted - actual| / actual."
)
_NOTHING = (
    "No prediction has met its run yet; what `ckreg design` estimated is scored when\n"
    "its status is completed. `ckreg estimate --score --leave-one-out` scores prior\n"
    "runs from their logs alone."
)


def show_score(place: Place, *, leave_one_out: bool, as_json: bool, index: bool) -> None:
    """Score past estimates, or prior runs without their own experiments, and print it."""
    with progress(MOST_JOBS if leave_one_out else None, "Predicting prior runs") as tell:
        found = score(place.home(), leave_one_out=leave_one_out, index=index, tell=tell)
    if as_json:
        emit_json(_json(found))
        return
    if found.without_own:
        _say_how(found.without_own)
    if found.scores.graded:
        emit_table(_HEADERS, list(_rows(found)), right={1, 2})
        emit()
        emit(_LEGEND)
        _say_particulars(found.scores.graded)
    elif not found.without_own:
        emit(_NOTHING)


def _say_how(found: WithoutOwn) -> None:
    left_out = found.left_out
    if left_out.experiments < 2:  # noqa: PLR2004  # one to leave out, one to predict from
        known = counted(left_out.experiments, "experiment")
        emit(f"There is nothing to leave out: {known} with prior runs, and it takes two.")
        emit("`ckreg index FOLDER` reads more logs.")
        return
    if not left_out.jobs:
        emit("Of no prior run that completed the elapsed time is known. `ckreg index` asks sacct")
        emit("where it is; elsewhere put what `sacct -P` says beside the logs, as sacct.txt.")
        return
    part = "" if left_out.tried == left_out.jobs else f"{count(left_out.tried)}, spread evenly, of "
    read = f", in a part of {counted(found.known, 'measured job')}" if found.known > left_out.measured else ""
    emit(f"Each of {part}{counted(left_out.jobs, 'prior run')}, predicted from other experiments")
    emit(f"({counted(left_out.experiments, 'experiment')}{read}):\n")
    if left_out.tried > len(left_out.graded):
        silent = counted(left_out.tried - len(left_out.graded), "log")
        note(f"Not predicted: {silent} without model, batch size, epochs or samples.")


def _rows(found: Scored) -> Iterator[tuple[object, ...]]:
    for name, part in (("fine-tuning", found.scores.fine_tuning), ("evaluations", found.scores.evaluations)):
        if part.all:
            yield _row(name, part.all)
            yield from (_row(f"  {each.tier}", each.score) for each in part.by_tier)


def _row(name: str, score: Score) -> tuple[object, ...]:
    return (
        name,
        count(score.jobs),
        f"{count(score.within_p90)} ({score.coverage:.0%})",
        f"{score.median_ratio:.2f} ({score.low_ratio:.2f} to {score.high_ratio:.2f})",
        f"{score.median_error:.0%}",
    )


def _say_particulars(graded: tuple[Graded, ...]) -> None:
    if stopped := sum(each.at_least for each in graded):
        emit(f"\nStopped at the time limit, beyond the 90th percentile: {stopped}; not within it, and")
        emit("counted with the time until then. It would have been more.")
    if told := sum(each.actual_from == "document" for each in graded):
        emit(f"\nBy the document's own times: {told}, for no log or scheduler tells theirs.")


def _json(found: Scored) -> dict[str, object]:
    left_out = found.without_own and found.without_own.left_out
    return {
        "method": "leave-one-out" if left_out else "predictions",
        "experiments_left_out": left_out and left_out.experiments,
        "jobs_known": left_out and left_out.jobs,
        "jobs_tried": left_out and left_out.tried,
        "fine_tuning": _breakdown_json(found.scores.fine_tuning),
        "evaluations": _breakdown_json(found.scores.evaluations),
        "graded": [_graded_json(each) for each in found.scores.graded],
    }


def _breakdown_json(part: Breakdown) -> dict[str, object]:
    return {"all": part.all, "by_tier": {each.tier: each.score for each in part.by_tier}}


def _graded_json(each: Graded) -> dict[str, object]:
    return {
        "experiment": each.experiment,
        "run_name": each.run_name,
        "task": each.task,
        "epoch": each.epoch,
        "tier": each.tier,
        "median_seconds": each.median_seconds,
        "p90_seconds": each.p90_seconds,
        "actual_seconds": each.actual_seconds,
        "actual_from": each.actual_from,
        "at_least": each.at_least,
        "ratio": round(each.ratio, 4),
        "within_p90": each.within_p90,
    }
