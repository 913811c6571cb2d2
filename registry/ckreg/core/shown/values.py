"""The plan as a document shows it: the same value, whether it was resolved from a spec or read back."""

from dataclasses import dataclass

from ckreg.core.setting_text import Setting, Shown
from ckreg.core.summary.values import Factor

# What the template calls a recipe key, in its order.
CONFIGURATION_KEYS = {
    "recipe": "recipe",
    "gpus": "gpus",
    "epochs": "epochs",
    "batch sizes": "batch_size",
    "dataset packing": "packed",
    "lora alpha": "lora_alpha",
    "system prompt": "system_prompt",
    "validation during training": "validation",
}


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run, control or checkpoint; `est_time` has the numbers of its estimate, as written."""

    name: str
    model: str | None
    lora_rank: Setting | None
    batch_size: Setting | None
    control: bool
    est_time: tuple[str, ...] = ()
    eval_only: bool = False
    """It was trained before, and is only evaluated."""


@dataclass(frozen=True, slots=True)
class ShownModel:
    """A base model or checkpoint and its folder."""

    name: str
    path: str | None


@dataclass(frozen=True, slots=True)
class ShownDataset:
    """A dataset: what is said of it, by the bullet's name without the label."""

    label: str | None
    path: str | None
    splits: tuple[tuple[str, int | None], ...] = ()
    max_samples: int | None = None
    others: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTask:
    """An evaluation task."""

    name: str
    script: str | None
    dataset: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class ShownCell:
    """That a run is evaluated on a task: after these epochs, none for a base model or a whole checkpoint."""

    run_name: str
    task: str
    epochs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """All of the plan; prose is left out where only its numbers count.

    `configuration` has for each key what it is for each model, `evaluation` what is said of epochs, totals
    and, where it is not training's, the system prompt, `estimates` the numbers by (section, bullet).
    """

    name: str | None
    type: str | None
    question: str | None
    total_runs: tuple[str, ...]
    factors: tuple[Factor, ...]
    runs: tuple[ShownRun, ...]
    models: tuple[ShownModel, ...]
    datasets: tuple[ShownDataset, ...]
    tasks: tuple[ShownTask, ...]
    evaluation: tuple[tuple[str, tuple[str, ...]], ...]
    matrix: tuple[ShownCell, ...]
    configuration: tuple[tuple[str, Shown], ...]
    estimates: tuple[tuple[tuple[str, str], tuple[str, ...]], ...] = ()
    checkpoints: tuple[ShownModel, ...] = ()
