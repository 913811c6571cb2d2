"""What each run of a plan is set to, as its document shows it: the row, Configuration, and the run's name."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ckreg.core.markdown import plain, unmarked
from ckreg.core.setting_text import Scalar, Setting, Shown, read_setting, setting_text
from ckreg.core.shown.reading import setting_key, shown_in
from ckreg.core.shown.values import ShownPlan, ShownRun
from ckreg.core.summary.values import RunRow, Summary

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_VARIANT = "Variant "
_LORA_RANK, _LORA_ALPHA, _AUTO = "lora_rank", "lora_alpha", "auto"


class Parameter(NamedTuple):
    """A setting of a run; several values in one, as target modules, are one text."""

    run_name: str
    name: str
    value: Scalar


def parameters_in(summary: Summary) -> Iterator[Parameter]:
    """The settings of every run that is trained; what the document leaves open has none."""
    shown = shown_in(summary)
    rows = {row.run_name: row for row in summary.runs}
    for run in shown.runs:
        if not (run.control or run.eval_only):
            for name, value in _settings(run, rows[run.name], shown).items():
                if value is not None and value != _AUTO:
                    yield Parameter(run.name, parameter_name(name), _scalar(value))


def parameter_name(key: str) -> str:
    """What a bullet is called in a query: a recipe key as it is, else its words, as in `warmup_steps`."""
    return key if _KEY.fullmatch(key) else "_".join(plain(key).split())


def _scalar(value: Setting) -> Scalar:
    return setting_text(value) if isinstance(value, tuple) else value


def _settings(run: ShownRun, row: RunRow, shown: ShownPlan) -> Mapping[str, Setting | None]:
    """By name; what is said of this run alone goes before what is said of all."""
    said = dict(reversed(shown.configuration))  # where one is there twice, the first counts
    labels = {f"{unmarked(factor.factor)} {level}" for factor in shown.factors for level in factor.levels}
    found = {
        key: _single(levels, run.model)
        for key, levels in said.items()
        if key not in labels and not key.startswith(_VARIANT)
    }
    found |= _dataset(run, shown)
    found |= _levels(run, shown, said) | _variant(run, said)
    found |= {_LORA_RANK: run.lora_rank, "batch_size": run.batch_size}
    found |= {setting_key(column): read_setting(unmarked(cell)) for column, cell in row.others}
    if found.get(_LORA_ALPHA) == _AUTO and isinstance(run.lora_rank, int):
        found[_LORA_ALPHA] = 2 * run.lora_rank
    return found


def _single(levels: Shown, model: str | None) -> Setting | None:
    """The one value that a setting has for a model; None where it has several."""
    by_model = dict(levels)
    values = by_model.get(model) or by_model.get(None) or ()
    return values[0] if len(values) == 1 else None


def _dataset(run: ShownRun, shown: ShownPlan) -> dict[str, Setting | None]:
    if len(shown.datasets) == 1:
        return {"dataset": shown.datasets[0].path}
    return {"dataset": _in_name(run, "dataset", tuple(one.label or "" for one in shown.datasets))}


def _levels(run: ShownRun, shown: ShownPlan, said: Mapping[str, Shown]) -> dict[str, Setting | None]:
    """The levels of the factors that the run's name has; of a label the value that it stands for."""
    found: dict[str, Setting | None] = {}
    for factor in shown.factors:
        key = unmarked(factor.factor)
        if key in {"model", "dataset", "variant", _LORA_RANK}:
            continue
        if level := _in_name(run, key, factor.levels):
            labelled = said.get(f"{key} {level}")
            found[key] = _single(labelled, None) if labelled else read_setting(level)
    return found


def _variant(run: ShownRun, said: Mapping[str, Shown]) -> dict[str, Setting | None]:
    """What the run's variant of an ablation sets; an ablation of one variant has no factor for it."""
    variants = tuple(key.removeprefix(_VARIANT) for key in said if key.startswith(_VARIANT))
    name = _in_name(run, "", variants)
    if name is None:
        return {}
    parts = (str(part) for _, values in said[f"{_VARIANT}{name}"] for part in values if part != "as above")
    pairs = (part.partition(" ") for part in parts)
    return {"variant": name, **{key: read_setting(value) for key, _, value in pairs}}


def _in_name(run: ShownRun, key: str, levels: tuple[str, ...]) -> str | None:
    """The level that stands in the run's name, as `_lr1e-05`; of several the longest."""
    rest = f"{run.name.removeprefix(run.model or '')}_"
    there = [level for level in levels if level and f"_{key}{level}_" in rest]
    return max(there, key=len, default=None)
