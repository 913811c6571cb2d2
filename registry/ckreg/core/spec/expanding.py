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
        _check_length(_longest_part(spec, name), name, root)
        if times > 1 and is_sound(root, "models", "checkpoints", "dataset", "variables", "variants"):
            _fault(root, *_collision(name, times, spec, runs))
    _check_recipes(runs, root)
    if spec.exclude and is_sound(root, "models", "dataset", "variables", "variants", "exclude"):
        _check_exclude(spec, runs, root)
    return runs


def all_names(spec: Spec, runs: Iterable[Run]) -> list[str]:
    """The names of the fine-tuned runs, of the controls and of the checkpoints."""
    controls = [naming.control_name(model.name) for model in spec.models if spec.base_models]
    return [
        *(run.name for run in runs),
        *(name for name in controls if not is_excluded(spec, name)),
        *(checkpoint.name for checkpoint in spec.checkpoints),
    ]


def _collision(name: str, times: int, spec: Spec, runs: Iterable[Run]) -> tuple[str, str]:
    """Where two things come to one name, and what to label or call otherwise."""
    told = f"{times} runs would be named `{name}`; expected names that differ"
    if any(checkpoint.name == name for checkpoint in spec.checkpoints):
        return "checkpoints", f"{told}: call the checkpoint otherwise"
    same = [run for run in runs if run.name == name]
    settings = [{"dataset": run.dataset.label, **dict(run.settings)} for run in same]
    differ = [key for key in spec.varied if len({one.get(key) for one in settings}) > 1]
    if len({run.model for run in same}) > 1 or len(same) < times or not differ:
        return "models", f"{told}: give one of the models another name, {{name: ..., path: ...}}"
    path = differ[0] if differ[0] == "dataset" else f"variables.{differ[0]}"
    return path, f"{told}: give the levels of {' and '.join(differ)} other labels, {{label: value}}"


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
        what = (
            f"makes the name `{name}` of {len(name)} characters; expected at most {naming.LONGEST}: "
            "shorten it, or label what is long"
        )
        _fault(root, path, what)


def _longest_part(spec: Spec, name: str) -> str:
    """Which part of the spec has most of a name that is too long."""
    models = max((len(model.name) for model in spec.models if name.startswith(model.name)), default=0)
    if any(checkpoint.name == name for checkpoint in spec.checkpoints):
        return "checkpoints"
    return "models" if models * 2 > len(name) else "variants" if spec.is_ablation else "variables"


def _check_recipes(runs: Iterable[Run], root: Cursor) -> None:
    if not all(is_setting_sound(root, key) for key in ("recipe", "gpus", "lora_rank")):
        return
    for run in runs:
        if run.recipe.startswith("full_") and run.lora_rank is not None:
            _fault(root, "training.recipe", f"a full fine-tune ({run.recipe}) has no lora_rank; drop one")
        if run.recipe.endswith("_single_device") and run.gpus > 1:
            _fault(root, "training.gpus", f"{run.recipe} uses one GPU, not {run.gpus}")


def _check_exclude(spec: Spec, runs: Iterable[Run], root: Cursor) -> None:
    everything = replace(spec, exclude=(), checkpoints=())  # a checkpoint is there only where it is wanted
    names = all_names(everything, cross(everything))
    such_as = f"expected a pattern for names such as {names[0]}" if names else "there is none to leave out"
    for pattern in spec.exclude:
        if not any(fnmatchcase(name, pattern) for name in names):
            _fault(
                root,
                "exclude",
                f"`{pattern}` matches no run; {such_as}",
            )
    untrained = {model.name for model in spec.models} - {run.model for run in runs} if spec.trains else ()
    for model in sorted(untrained):
        _fault(root, "exclude", f"it leaves {model} without a run; drop the model from `models` instead")


def _fault(root: Cursor, path: str, what: str) -> None:
    root.child(None, path).fault(what)
