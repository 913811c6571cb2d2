"""What a plan needs and what was found of it, each with the advice to give where it is missing."""

from dataclasses import dataclass

from ckreg.core.disk_facts import DISK_NOT_LOOKED_AT, DiskFacts

SPLITS = ("train", "validation", "test")
DENIED = "Permission denied"
BUILT_IN_TASKS = "inspect_evals/"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A base model's folder; `bytes` is what `du` says of it."""

    name: str
    path: str
    found: bool
    files: int = 0
    bytes: int | None = None
    has_config: bool = False
    has_weights: bool = False
    reason: str | None = None

    @property
    def advice(self) -> str | None:
        """What to do before the first run; None where all is well."""
        if self.found and self.has_config and self.has_weights:
            return None
        if self.reason == DENIED:
            return f"Ask for access to {self.path}."
        where = self.path if self.path != self.name else "models_dir (set it first)"
        return f"Download it, for example with `tune download ORGANISATION/{self.name} --output-dir {where}`."


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a dataset; `rows` is None where they were not counted."""

    name: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """A dataset, its label where a plan has several, and its splits."""

    label: str | None
    path: str
    found: bool
    bytes: int | None = None
    splits: tuple[Split, ...] = ()
    reason: str | None = None

    @property
    def advice(self) -> str | None:
        """What to do before the first run; None where all is well."""
        if self.reason == DENIED:
            return f"Ask for access to {self.path}."
        if not self.found:
            return (
                f"Create {self.path}, for example a JSON file with the keys train, validation and test, "
                "each a list of examples."
            )
        return f"Mend it: {self.reason}." if self.reason else None


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """An evaluation task's script; a built-in one is part of inspect_evals and no file.

    `dataset_found` is None where the task names no dataset of its own; `reason` says why a script that
    is there cannot be run.
    """

    task: str
    script: str
    found: bool
    builtin: bool = False
    dataset: str | None = None
    dataset_found: bool | None = None
    reason: str | None = None

    @property
    def advice(self) -> str | None:
        """What to do before the first evaluation; None where all is well."""
        if not self.found:
            return (
                f"Prerequisite: write {self.script} before the evaluations; the plan goes ahead without it."
            )
        if self.reason:
            return f"Prerequisite: mend {self.script} before the evaluations: {self.reason}."
        return self.dataset_advice

    @property
    def dataset_advice(self) -> str | None:
        """What to do where the task's own dataset is missing."""
        if self.dataset_found is False:
            return f"Prerequisite: {self.dataset} must exist before the evaluations of {self.task}."
        return None


@dataclass(frozen=True, slots=True)
class Resources:
    """All that was looked for."""

    models: tuple[ModelFacts, ...] = ()
    datasets: tuple[DatasetFacts, ...] = ()
    scripts: tuple[ScriptFacts, ...] = ()
    disk: DiskFacts = DISK_NOT_LOOKED_AT

    @property
    def advice(self) -> str | None:
        """All that is to be done, one piece a line; None where all is well."""
        pieces = [
            *(model.advice for model in self.models),
            *(dataset.advice for dataset in self.datasets),
            *(script.advice for script in self.scripts),
            self.disk.advice,
        ]
        return "\n".join(piece for piece in pieces if piece) or None


def split_name(word: str) -> str | None:
    """The split that a key or a file's name stands for, None where it is none."""
    word = word.lower()
    return {"val": "validation", "valid": "validation", "dev": "validation"}.get(
        word, word if word in SPLITS else None
    )


def splits_of_json(value: object) -> tuple[Split, ...]:
    """The splits of a whole JSON document: its train, validation and test keys, or a list as `train`."""
    if isinstance(value, list):
        return (Split("train", len(value)),)
    if not isinstance(value, dict):
        return ()
    named = {split_name(key): rows for key, rows in value.items() if split_name(key)}
    return tuple(Split(name, _rows(named[name])) for name in SPLITS if name in named)


def _rows(value: object) -> int | None:
    """Rows of a split: a list of examples, or a mapping of columns."""
    if isinstance(value, dict):
        value = next(iter(value.values()), [])
    return len(value) if isinstance(value, list) else None


def splits_fault(found: tuple[Split, ...], wanted: tuple[str, ...] | None) -> str | None:
    """Why these splits do not do: one that is wanted (None: train) is missing or empty."""
    rows = {split.name: split.rows for split in found}
    wanted = ("train",) if wanted is None else wanted
    missing = [name for name in wanted if (split_name(name) or name) not in rows]
    if missing:
        return f"it has no {' and no '.join(missing)} split"
    empty = [split.name for split in found if split.rows == 0]
    return f"its {' and '.join(empty)} split is empty" if empty else None
