"""Which runs are the same work: equal in model, dataset, recipe and every setting."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from ckreg.core.measure.measurement import Kind, Measurement, Outcome
from ckreg.core.spec.crossing import Run
from ckreg.core.spec.values import TRAINING_DEFAULTS

_ALONE = 3
_TOLD_BY_LOGS = {"model", "dataset", "lora_rank", "batch_size", "epochs", "packed", "gpus", "recipe"}
_ACCUMULATION = "gradient_accumulation_steps"


class Twin(NamedTuple):
    """A run that another experiment has, too; `branch` is None for the current one, `status` if known."""

    run: str
    other: str
    experiment: str | None
    branch: str | None
    status: str | None
    log_path: str | None = None


def identity(run: Run) -> tuple[object, ...]:
    """Equal for runs that are the same work, whatever they are called; alpha counts as what it comes to."""
    settings = dict(run.settings) | {"lora_alpha": run.lora_alpha}
    return run.model, run.dataset.path, run.dataset.max_samples, tuple(sorted(settings.items(), key=str))


def is_measured(run: Run, measured: Measurement) -> bool:
    """Whether this job was the run as far as its log tells, and was completed."""
    accumulated = run.get(_ACCUMULATION) or 1
    return (
        measured.kind == Kind.FINETUNE
        and measured.outcome == Outcome.COMPLETED
        and run.dataset.max_samples is None
        and (measured.model, measured.recipe) == (run.model, run.recipe)
        and (measured.lora_rank, measured.batch_size) == (run.lora_rank, run.batch_size)
        and (measured.epochs, measured.packed) == (run.epochs, run.packed)
        and (measured.grad_accum or 1, measured.n_gpus or 1) == (accumulated, run.gpus)
        and _is_same_file(measured.dataset, run.dataset.path)
    )


def logs_can_tell(runs: Iterable[Run]) -> bool:
    """Whether a log tells all that these runs set: it does not tell a learning rate or a prompt."""
    for run in runs:
        unlike = {key for key, value in run.settings if value != TRAINING_DEFAULTS.get(key)}
        if unlike - _TOLD_BY_LOGS - {_ACCUMULATION, "validation"}:
            return False
    return True


def _is_same_file(one: str | None, other: str) -> bool:
    """Equal paths; a relative one may start anywhere."""
    if one is None:
        return False
    short, long = PurePosixPath(one), PurePosixPath(other)
    return short == long or (not short.is_absolute() and long.parts[-len(short.parts) :] == short.parts)


def notes_of(twins: Iterable[Twin]) -> Iterator[str]:
    """What to say of them: a line a run, or one for all where they are many in one experiment."""
    groups: dict[tuple[str | None, str | None], list[Twin]] = {}
    for twin in twins:
        groups.setdefault((twin.experiment, twin.branch), []).append(twin)
    for group in groups.values():
        if len(group) <= _ALONE:
            yield from map(_note, group)
        else:
            yield _note_of_many(group)


def _note(twin: Twin) -> str:
    told = f"{twin.run} is the same as {twin.other}{_where(twin)}"
    if twin.log_path:
        told += ", as far as its log tells"
    return f"{told}, {twin.status or 'planned'}{_may_serve([twin])}."


def _note_of_many(twins: list[Twin]) -> str:
    named = ", ".join(twin.run for twin in twins[:_ALONE])
    done = sum(twin.status == "completed" for twin in twins)
    told = f"{named} and {len(twins) - _ALONE} more are the same as runs{_where(twins[0])}"
    return f"{told}, {done} of {len(twins)} completed{_may_serve(twins)}."


def _where(twin: Twin) -> str:
    place = f" in experiment {twin.experiment}" if twin.experiment else f" of {twin.log_path}"
    return place + (f" on branch {twin.branch}" if twin.branch else "")


def _may_serve(twins: list[Twin]) -> str:
    if not any(twin.status == "completed" for twin in twins):
        return ""
    return "; its results may serve" if len(twins) == 1 else "; their results may serve"
