"""The runs of cruijff_kit's plan: what they vary, their controls, and checkpoints that are only evaluated."""

import itertools
from collections.abc import Iterable

from ckreg.core.cruijff_kit.trees import Tree, entries, section, text
from ckreg.core.naming import short, slug
from ckreg.errors import MalformedError

FINE_TUNED, CONTROL, EVAL_ONLY = "fine-tuned", "control", "eval-only"
_LONGEST_LABEL = 24


def run_type(run: Tree) -> str:
    """What kind of run it is; one that does not say so is trained."""
    return text(run, "type") or FINE_TUNED


def of_type(tree: Tree, kind: str) -> list[Tree]:
    """The runs of one kind."""
    return [run for run in entries(tree, "runs") if run_type(run) == kind]


def base_models(tree: Tree) -> bool:
    """Whether base models are evaluated, too."""
    return bool(of_type(tree, CONTROL))


def gpus_of(tree: Tree) -> int:
    """GPUs of a job: the most that a run asks for."""
    asked = [section(run, "compute").get("gpus") for run in entries(tree, "runs")]
    return max([number for number in asked if isinstance(number, int)], default=1)


def checkpoints(tree: Tree) -> list[Tree]:
    """Checkpoints that are there already and only evaluated."""
    return [
        {
            "name": run.get("name"),
            "path": run.get("checkpoint_path") or section(run, "parameters").get("checkpoint_path"),
            "model": run.get("model"),
            "epoch": section(run, "parameters").get("epoch"),
        }
        for run in of_type(tree, EVAL_ONLY)
    ]


def design_of(tree: Tree, name: str) -> dict[str, object]:
    """What varies, as `variables`; as the named variants of an ablation where the runs are no full crossing.

    Raises:
        MalformedError: they are neither.
    """
    varied = {
        key: levels
        for key, levels in section(tree, "variables").items()
        if isinstance(levels, list) and levels and key not in {"model", "models"}
    }
    runs = of_type(tree, FINE_TUNED)
    found = [(run.get("model"), _chosen(run, varied)) for run in runs]
    models = [model.get("name") for model in entries(tree, "models", "base")]
    crossed = [
        (model, dict(zip(varied, levels, strict=True)))
        for model in models
        for levels in itertools.product(*varied.values())
    ]
    if not runs or _as_set(found) == _as_set(crossed):
        return {"variables": {key: _levels(levels) for key, levels in varied.items()}} if varied else {}
    return _ablation(runs, models, name)


def _chosen(run: Tree, varied: Tree) -> dict[str, object]:
    return {key: value for key, value in section(run, "parameters").items() if key in varied}


def _as_set(runs: Iterable[tuple[object, Tree]]) -> set[str]:
    return {
        f"{model} {sorted((key, repr(value)) for key, value in chosen.items())}" for model, chosen in runs
    }


def _ablation(runs: list[Tree], models: list[object], name: str) -> dict[str, object]:
    variants: dict[str, Tree] = {}
    for run in runs:
        settings = {key: value for key, value in section(run, "parameters").items() if value is not None}
        variants.setdefault(variant_name(settings), settings)
    if len(runs) != len(models) * len(variants):
        raise MalformedError(
            f"{name}: runs: {len(runs)} fine-tuned runs are neither all models with all `variables` "
            "nor of all models with the same settings. Split the plan, or add the runs that are missing."
        )
    return {"design": "ablation", "variants": variants}


def variant_name(settings: Tree) -> str:
    """A name that says what a variant sets."""
    return "_".join(f"{key}{_label(value)}" for key, value in settings.items()) or "plain"


def _levels(levels: list[object]) -> object:
    """Levels as they are; text and lists with labels for the run names."""
    if not any(isinstance(level, str | list) for level in levels):
        return levels
    labels = [_label(level) for level in levels]
    return {
        label if labels.count(label) == 1 else f"{label}{place + 1}": level
        for place, (label, level) in enumerate(zip(labels, levels, strict=True))
    }


def _label(value: object) -> str:
    return slug(short(value))[:_LONGEST_LABEL].strip("._-") or "x"
