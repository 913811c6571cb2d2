"""What a spec says, as values that do not change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from ckreg.core import setting_text

Scalar: TypeAlias = setting_text.Scalar
Setting: TypeAlias = setting_text.Setting

# Which epochs are evaluated; numbers count from 0.
Epochs: TypeAlias = Literal["last", "all", "best"] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A base model; without a path it lies in `models_dir` under its name."""

    name: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model that was trained before, evaluated as it is; `epoch` is that of its training, if known."""

    name: str
    path: str
    model: str
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Training data; the label tells several apart. `splits` is None where they are to be found (`auto`)."""

    path: str
    label: str | None = None
    splits: tuple[str, ...] | None = None
    max_samples: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One value of a variable, with the label that stands for it in names where it needs one."""

    value: Setting
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """A recipe key and the levels that it takes."""

    key: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A named variant of an ablation: what it sets other than `training` does."""

    name: str
    settings: tuple[tuple[str, Setting], ...]


@dataclass(frozen=True, slots=True)
class PerModel:
    """A setting that differs from model to model: (model, value)."""

    values: tuple[tuple[str, Setting], ...]


# In the order in which they are shown. None stands for a key without a default.
TRAINING_DEFAULTS: dict[str, Setting | None] = {
    "recipe": None,
    "epochs": 1,
    "gpus": 1,
    "batch_size": "auto",
    "packed": True,
    "validation": False,
    "system_prompt": "",
    "lora_rank": None,
    "lora_alpha": "auto",
}


@dataclass(frozen=True, slots=True)
class Training:
    """Every recipe key that is set, defaults included: the known ones first, the others by name."""

    settings: tuple[tuple[str, Setting | PerModel], ...]

    def of(self, model: str) -> dict[str, Setting]:
        """The settings that hold for this model."""
        return dict(self._of(model))

    def _of(self, model: str) -> Iterator[tuple[str, Setting]]:
        for key, value in self.settings:
            if not isinstance(value, PerModel):
                yield key, value
            elif model in (values := dict(value.values)):
                yield key, values[model]

    def with_setting(self, key: str, value: Setting | PerModel) -> "Training":
        """The same with `key` set to `value`."""
        return Training(ordered({**dict(self.settings), key: value}))


def ordered(settings: dict[str, Setting | PerModel]) -> tuple[tuple[str, Setting | PerModel], ...]:
    """Recipe keys in the order of a spec: the known ones first, the others by name."""
    known = [key for key in TRAINING_DEFAULTS if key in settings]
    return tuple((key, settings[key]) for key in (*known, *sorted(settings.keys() - set(known))))


@dataclass(frozen=True, slots=True)
class Task:
    """An evaluation task; the script is a path or an `inspect_evals/...` name."""

    name: str
    script: str
    dataset: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """One line of a selective matrix: runs by pattern, their tasks (None: all), epochs (None: as usual)."""

    runs: str
    tasks: tuple[str, ...] | None = None
    epochs: Epochs | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is evaluated after training; without a matrix, every run on every task.

    `system_prompt` is None where each run is evaluated with the prompt that it was trained with.
    """

    tasks: tuple[Task, ...] = ()
    epochs: Epochs = "last"
    matrix: tuple[Selection, ...] = ()
    system_prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole experiment as a person asked for it. `date` is None where it is to be today's.

    An experiment of checkpoints alone has no datasets and no settings of training.
    """

    task: str
    factor: str
    question: str
    date: date | None
    models: tuple[Model, ...]
    datasets: tuple[Dataset, ...]
    training: Training
    variables: tuple[Variable, ...] = ()
    variants: tuple[Variant, ...] = ()
    base_models: bool = True
    evaluation: Evaluation = Evaluation()
    notes: str | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    # Runs of the cross that are left out, by pattern.
    exclude: tuple[str, ...] = ()

    @property
    def trains(self) -> bool:
        """Whether anything is fine-tuned, rather than checkpoints evaluated alone."""
        return bool(self.training.settings)

    @property
    def varied(self) -> tuple[str, ...]:
        """What has several levels: `model`, `dataset`, recipe keys, `variant`."""
        levels = {
            "model": len(self.models) if self.trains else 0,
            "dataset": len(self.datasets) if self.trains else 0,
            **{variable.key: len(variable.levels) for variable in self.variables},
            "variant": len(self.variants),
        }
        return tuple(factor for factor, number in levels.items() if number > 1)

    @property
    def is_ablation(self) -> bool:
        """Whether the design is named variants rather than crossed variables."""
        return bool(self.variants)
