"""The fine-tuned runs that a spec stands for: every model with every dataset and every level."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple, cast

from ckreg.core import naming
from ckreg.core.spec.values import Dataset, Level, Setting, Spec, Variable

MOST_RUNS = 10_000


@dataclass(frozen=True, slots=True)
class Run:
    """A fine-tuned run with every setting that holds for it."""

    name: str
    model: str
    dataset: Dataset
    settings: tuple[tuple[str, Setting], ...]

    def get(self, key: str) -> Setting | None:
        """What this run sets `key` to, None where the recipe's own value holds."""
        return dict(self.settings).get(key)

    @property
    def recipe(self) -> str:
        """The `tune ls` name."""
        return cast("str", self.get("recipe"))

    @property
    def epochs(self) -> int:
        """How many epochs are trained."""
        return cast("int", self.get("epochs"))

    @property
    def gpus(self) -> int:
        """GPUs of one job."""
        return cast("int", self.get("gpus"))

    @property
    def batch_size(self) -> int | None:
        """None where it is to be estimated (`auto`)."""
        value = self.get("batch_size")
        return None if value == "auto" else cast("int", value)

    @property
    def packed(self) -> bool:
        """Whether several samples share a sequence."""
        return cast("bool", self.get("packed"))

    @property
    def validation(self) -> bool:
        """Whether validation runs during training."""
        return cast("bool", self.get("validation"))

    @property
    def lora_rank(self) -> int | None:
        """None for a full fine-tune."""
        return cast("int | None", self.get("lora_rank"))

    @property
    def lora_alpha(self) -> float | None:
        """As set, else twice the rank; None for a full fine-tune."""
        value = self.get("lora_alpha")
        if value != "auto":
            return cast("float", value)
        return None if self.lora_rank is None else 2 * self.lora_rank


class _Choice(NamedTuple):
    in_name: tuple[str, ...]
    settings: dict[str, Setting]


def count_runs(spec: Spec) -> int:
    """How many runs the spec stands for, without making them."""
    if not spec.trains:
        return 0
    levels = math.prod(len(variable.levels) for variable in spec.variables)
    return len(spec.models) * len(spec.datasets) * levels * max(1, len(spec.variants))


def cross(spec: Spec) -> tuple[Run, ...]:
    """All fine-tuned runs: models, then datasets, then variables in spec order, the last turning fastest.

    Those that the spec excludes are left out.
    """
    models = spec.models if spec.trains else ()
    runs = (
        _run(spec, model.name, dataset, choice)
        for model in models
        for dataset in spec.datasets
        for choice in _choices(spec)
    )
    return tuple(run for run in runs if not is_excluded(spec, run.name))


def is_excluded(spec: Spec, name: str) -> bool:
    """Whether the spec leaves a run or control out."""
    return any(fnmatchcase(name, pattern) for pattern in spec.exclude)


def _run(spec: Spec, model: str, dataset: Dataset, choice: _Choice) -> Run:
    settings = {**spec.training.of(model), **choice.settings}
    of_dataset = [f"dataset{dataset.label}"] if len(spec.datasets) > 1 else []
    rank = cast("int | None", settings.get("lora_rank"))
    name = naming.run_name(model, [*of_dataset, *choice.in_name], rank)
    return Run(name, model, dataset, tuple(settings.items()))


def _choices(spec: Spec) -> Iterator[_Choice]:
    if spec.is_ablation:
        yield from (_Choice((variant.name,), dict(variant.settings)) for variant in spec.variants)
        return
    for levels in itertools.product(*(variable.levels for variable in spec.variables)):
        chosen = list(zip(spec.variables, levels, strict=True))
        yield _Choice(
            tuple(f"{variable.key}{level_text(level)}" for variable, level in chosen if _in_name(variable)),
            {variable.key: level.value for variable, level in chosen},
        )


def _in_name(variable: Variable) -> bool:
    return variable.key != "lora_rank" and len(variable.levels) > 1


def level_text(level: Level) -> str:
    """What stands for the level in names and tables: its label, else the value's shortest form."""
    return level.label or naming.short(level.value)
