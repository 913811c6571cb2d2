"""The runs of a spec that is being read, and what contradicts itself in them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from ckreg.core import naming
from ckreg.core.spec.crossing import MOST_RUNS, Run, count_runs, cross, is_excluded
from ckreg.core.spec.cursor import Cursor
from ckreg.core.spec.values import Spec

# A day like every other, for how long a name becomes.
_SOME_DAY = date(2000, 1, 1)


def expanded(spec: Spec, root: Cursor) -> tuple[Run, ...]:
    """The fine-tuned runs as far as the spec is sound; what contradicts itself is noted."""
    _check_length("factor", naming.experiment_name(spec.task, spec.factor, _SOME_DAY), root)
    if count_runs(spec) > MOST_RUNS:
        _fault(root, "variables", f"{count_runs(spec):,} runs; expected at most {MOST_RUNS:,}")
        return ()
    runs = cross(spec)
    for name, times in Counter(all_names(spec, runs)).items():
        _check_length("models", name, root)
        if times > 1 and is_sound(root, "models", "dataset", "variables", "variants"):
            _fault(root, "models", f"{times} runs would be named `{name}`; expected names that differ")
    _check_recipes(runs, root)
    if spec.exclude and is_sound(root, "models", "dataset", "variables", "variants", "exclude"):
        _check_exclude(spec, runs, root)
    return runs


def all_names(spec: Spec, runs: Iterable[Run]) -> list[str]:
    """The names of the fine-tuned runs and of the controls."""
    controls = [naming.control_name(model.name) for model in spec.models if spec.base_models]
    return [*(run.name for run in runs), *(name for name in controls if not is_excluded(spec, name))]


def is_sound(root: Cursor, *paths: str) -> bool:
    """Whether no fault has been noted at or under these paths."""
    return not any(
        fault.path == path or fault.path.startswith((f"{path}.", f"{path}["))
        for fault in root.document.faults
        for path in paths
    )


def is_setting_sound(root: Cursor, key: str) -> bool:
    """Whether what runs have for a recipe key is what the person meant."""
    whole_section = any(fault.path in {"training", "variables"} for fault in root.document.faults)
    return not whole_section and is_sound(root, f"training.{key}", f"variables.{key}", "variants")


def _check_length(path: str, name: str, root: Cursor) -> None:
    if len(name) > naming.LONGEST:
        what = f"makes the name `{name}` of {len(name)} characters; expected at most {naming.LONGEST}"
        _fault(root, path, what)


def _check_recipes(runs: Iterable[Run], root: Cursor) -> None:
    if not all(is_setting_sound(root, key) for key in ("recipe", "gpus", "lora_rank")):
        return
    for run in runs:
        if run.recipe.startswith("full_") and run.lora_rank is not None:
            _fault(root, "training.recipe", f"a full fine-tune ({run.recipe}) has no lora_rank; drop one")
        if run.recipe.endswith("_single_device") and run.gpus > 1:
            _fault(root, "training.gpus", f"{run.recipe} uses one GPU, not {run.gpus}")


def _check_exclude(spec: Spec, runs: Iterable[Run], root: Cursor) -> None:
    everything = replace(spec, exclude=())
    names = all_names(everything, cross(everything))
    for pattern in spec.exclude:
        if not any(fnmatchcase(name, pattern) for name in names):
            _fault(
                root,
                "exclude",
                f"`{pattern}` matches no run; expected a pattern for names such as {names[0]}",
            )
    for model in sorted({model.name for model in spec.models} - {run.model for run in runs}):
        _fault(root, "exclude", f"it leaves {model} without a run; drop the model from `models` instead")


def _fault(root: Cursor, path: str, what: str) -> None:
    root.child(None, path).fault(what)
