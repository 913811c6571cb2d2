"""How what is found of an experiment's resources today differs from what its document says was found."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ckreg.core.disk_facts import DiskFacts
from ckreg.core.recorded import Recorded, RecordedDataset, RecordedModel, RecordedScript
from ckreg.core.resources import DatasetFacts, ModelFacts, Resources, ScriptFacts, Split
from ckreg.core.units import count, gib

_VERIFIED, _NOT = "✓ verified", "✗"


class Kind(StrEnum):
    """What is looked at."""

    MODEL = "model"
    CHECKPOINT = "checkpoint"
    DATASET = "dataset"
    SCRIPT = "script"
    VERSIONS = "versions"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between the plan and today, as texts."""

    what: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Found:
    """A resource as it is today: what to do where it is missing, and what changed since the plan.

    `ok` is None where it cannot be told (disk space without a scratch_dir). What was missing when the plan
    was made and is there now is well.
    """

    kind: Kind
    name: str
    path: str | None
    ok: bool | None
    advice: str | None
    changes: tuple[Change, ...]


def compare(then: Recorded, now: Resources) -> tuple[Found, ...]:
    """Every resource of the document beside what is found today, in the document's order."""
    models = {facts.name: facts for facts in (*now.models, *now.checkpoints)}
    datasets = {facts.label: facts for facts in now.datasets}
    scripts = {facts.task: facts for facts in now.scripts}
    return (
        *(_model(model, models[model.name]) for model in then.models),
        *(_dataset(dataset, datasets[dataset.label]) for dataset in then.datasets),
        *(_script(script, scripts[script.task]) for script in then.scripts),
        *_versions(then, now),
        _disk(then.disk_gib, now.disk),
    )


def _found(kind: Kind, name: str, path: str | None, advice: str | None, changes: Iterator[Change]) -> Found:
    changed = tuple(changes)
    worse = [change for change in changed if change.now != _VERIFIED]
    return Found(kind, name, path, not advice and not worse, advice, changed)


def _rows(split: Split) -> str:
    return "not counted" if split.rows is None else count(split.rows)


def _state(then: bool, now: bool, reason: str | None, what: str = "state") -> Iterator[Change]:
    if then != now:
        yield Change(what, _VERIFIED if then else _NOT, _VERIFIED if now else reason or "not found")


def _differs(what: str, then: str | None, now: str | None) -> Iterator[Change]:
    """What the document does not say, or is not known today, is not compared."""
    if then is not None and now is not None and then != now:
        yield Change(what, then, now)


def _model(then: RecordedModel, now: ModelFacts) -> Found:
    kind = Kind.CHECKPOINT if then.is_checkpoint else Kind.MODEL
    return _found(kind, then.name, now.path, now.advice, _model_changes(then, now))


def _model_changes(then: RecordedModel, now: ModelFacts) -> Iterator[Change]:
    yield from _state(then.sound, now.advice is None, now.reason)
    if then.config and now.config:
        yield from _differs(f"{then.config[0]} SHA-256", then.config[1], now.config[1])
    if then.weight_bytes is not None and now.weight_bytes is not None:
        yield from _differs(
            "weights", f"{count(then.weight_bytes)} bytes", f"{count(now.weight_bytes)} bytes"
        )


def _dataset(then: RecordedDataset, now: DatasetFacts) -> Found:
    return _found(Kind.DATASET, then.label or now.path, now.path, now.advice, _dataset_changes(then, now))


def _dataset_changes(then: RecordedDataset, now: DatasetFacts) -> Iterator[Change]:
    yield from _state(then.sound, now.advice is None, now.reason)
    rows = {split.name: _rows(split) for split in now.splits}
    for name, written in then.splits:
        yield from _differs(f"rows of {name}", written, rows.get(name, "none") if rows else None)
    if now.is_hashed:
        yield from _differs("SHA-256", then.digest, now.digest)


def _script(then: RecordedScript, now: ScriptFacts) -> Found:
    return _found(Kind.SCRIPT, then.task, now.script, now.advice, _script_changes(then, now))


def _script_changes(then: RecordedScript, now: ScriptFacts) -> Iterator[Change]:
    yield from _state(then.sound, now.found and not now.reason, now.reason)
    yield from _differs("commit", then.commit, now.commit)
    if then.dataset_sound is not None and now.dataset_found is not None:
        yield from _state(then.dataset_sound, now.dataset_found, None, "dataset")


def _versions(then: Recorded, now: Resources) -> Iterator[Found]:
    if then.versions and now.versions:
        today = dict(now.versions)
        changes = (
            change
            for package, version in then.versions
            for change in _differs(package, version, today.get(package))
        )
        yield _found(Kind.VERSIONS, ", ".join(package for package, _ in then.versions), None, None, changes)


def _disk(needed_gib: float | None, now: DiskFacts) -> Found:
    """Free space changes all the time: what counts is whether the plan's checkpoints still fit."""
    if now.free_gib is None:
        return Found(Kind.DISK, "free space", now.path, None, now.advice, ())
    told = f"{gib(now.free_gib)} free"
    if needed_gib is not None:
        told += f", the plan needs {gib(needed_gib)}"
    advice = now.advice_for(needed_gib or 0)
    return Found(Kind.DISK, told, now.path, advice is None, advice, ())
