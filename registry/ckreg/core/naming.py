"""Names of experiments, runs and controls: built from parts that are safe in folders, cells and arguments."""

import re
from collections.abc import Iterable
from datetime import date

LONGEST = 100
# A leading dot hides a folder and a leading dash is an option: both are refused.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LABEL = re.compile(r"[A-Za-z0-9._-]+")

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
