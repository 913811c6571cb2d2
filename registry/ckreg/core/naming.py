"""Names of experiments, runs and controls: built from parts that are safe in folders, cells and arguments."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import PurePosixPath

LONGEST = 100
# A leading dot hides a folder and a leading dash is an option: both are refused.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LABEL = re.compile(r"[A-Za-z0-9._-]+")

# `words_8L_80P_10000`: words of 8 letters, 80 percent of 10000 to train on.
_WORDS = re.compile(r"words_(?P<letters>\d+)L(_\d+P_\d+)?")
_NO_TASK = {"train", "data", "dataset", "input"}
# What is compared, in the words of the examples.
_FACTORS = {
    "model": "model_sizes",
    "lora_rank": "lora_comparison",
    "dataset": "data_sizes",
    "variant": "ablation",
}

LABEL_RULE = "letters, digits, `.`, `_` and `-`"
NAME_RULE = f"a name of {LABEL_RULE} that begins with a letter or digit"


def is_name(text: str) -> bool:
    """Whether the text may stand in a name as it is."""
    return _NAME.fullmatch(text) is not None


def is_label(text: str) -> bool:
    """Whether the text may stand inside a name, after its beginning."""
    return _LABEL.fullmatch(text) is not None


def experiment_name(task: str, factor: str, day: date) -> str:
    """`cap_8L_lora_comparison_2025-10-22`."""
    return f"{task}_{factor}_{day.isoformat()}"


def run_name(model: str, factors: Iterable[str], lora_rank: int | None) -> str:
    """`{model}_{factor}..._rank{N}`; no rank for a full fine-tune. `factors` are such as `lr1e-05`."""
    rank = [] if lora_rank is None else [f"rank{lora_rank}"]
    return "_".join([model, *factors, *rank])


def control_name(model: str) -> str:
    """`{model}_base`: the model as it is, without fine-tuning."""
    return f"{model}_base"


def proposed_task(dataset: str) -> str:
    """A task's part of an experiment's name, from its dataset: `cap_8L` of `words_8L_80P_10000.json`."""
    path = PurePosixPath(dataset)
    stem = path.parent.name if path.stem.lower() in _NO_TASK else path.stem
    if words := _WORDS.fullmatch(stem):
        return f"cap_{words['letters']}L"
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-")
    return safe[:40] or "task"


def proposed_factor(varied: Sequence[str]) -> str:
    """A factor's part of an experiment's name: `lora_comparison`, `lr_sweep`, `model_x_lora_rank`."""
    match varied:
        case []:
            return "single_run"
        case [one]:
            return _FACTORS.get(one, f"{one}_sweep")
        case _:
            return "_x_".join(varied)[:40]


def short(value: object) -> str:
    """A value in its shortest form: `4`, `0.5`, `1e-05`, `true`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value).removesuffix(".0").replace("e+", "e")
    return str(value)


def slug(text: str) -> str:
    """The text as part of a name: what may not stand in one becomes `_`."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", text).strip("._-") or "x"
