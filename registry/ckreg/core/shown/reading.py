"""From a document that was read to the plan that it shows; nothing is refused, the unclear is as written."""

import re
from collections.abc import Iterator

from ckreg.core.fingerprints import DIGEST
from ckreg.core.markdown import plain, unmarked
from ckreg.core.setting_text import NONE, Shown, read_setting, read_settings, split
from ckreg.core.shown.facts import facts, numbers, path_in
from ckreg.core.shown.values import (
    CONFIGURATION_KEYS,
    ShownCell,
    ShownDataset,
    ShownModel,
    ShownPlan,
    ShownRun,
    ShownTask,
)
from ckreg.core.summary.values import FieldRow, RunRow, Summary
from ckreg.core.text import one_line

_LABELLED = re.compile(r"(?P<key>.*?)(?:\s*\((?P<label>[^()]*)\))?")
_REMARK = re.compile(r"\s*\([^()\"]*\)\s*$")
# What the template says where training's prompt varies; quotes within the prompt are escaped.
_OF_EVALUATION = re.compile(r"\s*\(a factor of training; every evaluation has (?P<prompt>\".*\")\)\s*$")
_NOTE = re.compile(r"\s+[-\u2013\u2014]\s.*$")
_EPOCHS = re.compile(r"\d+|\b(?:best|last|all)\b")
_SPLIT = re.compile(r"(?P<name>[^,()]+?)\s*\((?P<rows>[^()]*)\)")
# What has a field of its own, and what is found again and again: the fingerprint is no part of the plan.
_NOT_OTHERS = {"path", "splits", "max samples", plain(DIGEST)}
_YES_NO: dict[object, bool] = {"yes": True, "no": False}


def shown_in(summary: Summary) -> ShownPlan:
    """The plan that a document shows."""
    models = tuple(ShownModel(row.name, path_in(row.path)) for row in summary.models)
    known = tuple(dict.fromkeys([*(model.name for model in models), *_models_of_runs(summary)]))
    return ShownPlan(
        name=summary.name,
        type=summary.type,
        question=summary.question,
        total_runs=next((numbers(row.value) for row in _in(summary, "Overview", "total runs")), ()),
        factors=summary.factors,
        runs=tuple(_runs(summary)),
        models=models,
        datasets=tuple(_datasets(summary)),
        tasks=tuple(
            ShownTask(row.name, path_in(row.script), path_in(row.dataset), row.description)
            for row in summary.tasks
        ),
        evaluation=(
            *(
                (plain(row.key), _epochs(row.value))
                for row in _in(summary, "Evaluation Plan > Configuration")
            ),
            *_prompt(summary),
        ),
        matrix=tuple(_cells(summary)),
        configuration=tuple(_configuration(summary, known)),
        estimates=tuple(_estimates(summary)),
        checkpoints=tuple(ShownModel(row.name, path_in(row.path)) for row in summary.checkpoints),
    )


def setting_key(label: str) -> str:
    """The recipe key of a bullet of Configuration; its own name where the template has none for it."""
    return CONFIGURATION_KEYS.get(plain(label), label.strip())


def _in(summary: Summary, section: str, key: str | None = None) -> Iterator[FieldRow]:
    return (
        row for row in summary.fields if row.section == section and (key is None or plain(row.key) == key)
    )


def _models_of_runs(summary: Summary) -> Iterator[str]:
    return (unmarked(row.model) for row in summary.runs if row.model and not _is_eval_only(row))


def _is_eval_only(row: RunRow) -> bool:
    return (row.type or "").casefold().startswith("eval")


def _runs(summary: Summary) -> Iterator[ShownRun]:
    for row in summary.runs:
        eval_only = _is_eval_only(row)
        control = row.run_name.endswith("_base") or (row.type or "").casefold().startswith(
            ("control", "base")
        )
        yield ShownRun(
            row.run_name,
            unmarked(row.model) if row.model else None,
            _cell(row.lora_rank),
            _cell(row.batch_size),
            control and not eval_only,
            numbers(row.est_time or ""),
            eval_only,
        )


def _cell(text: str | None) -> str | int | float | bool | None:
    value = None if text is None else read_setting(unmarked(text))
    return one_line(text or "") if isinstance(value, tuple) else value


def _datasets(summary: Summary) -> Iterator[ShownDataset]:
    """A dataset for every label, in the order in which they come."""
    of: dict[str | None, list[tuple[str, str]]] = {}
    for row in _in(summary, "Resources > Dataset"):
        found = _LABELLED.fullmatch(row.key.strip())
        key, label = (found["key"], found["label"]) if found else (row.key, None)
        of.setdefault(label, []).append((plain(key), row.value))
    for label, said in of.items():
        of_key = dict(reversed(said))  # where one is there twice, the first counts
        rows = re.sub(r"\D", "", of_key.get("max samples", ""))
        yield ShownDataset(
            label,
            path_in(of_key.get("path")),
            tuple(_splits(of_key.get("splits", ""))),
            int(rows) if rows else None,
            tuple((key, facts(text)) for key, text in of_key.items() if key not in _NOT_OTHERS),
        )


def _splits(text: str) -> Iterator[tuple[str, int | None]]:
    for found in _SPLIT.finditer(text):
        rows = found["rows"].replace(",", "").strip()
        yield found["name"].strip(), int(rows) if rows.isdecimal() else None


def _cells(summary: Summary) -> Iterator[ShownCell]:
    for row in summary.matrix:
        for task, text in row.cells:
            if text is not None:
                yield ShownCell(row.run_name, task, tuple(_EPOCHS.findall(text.casefold())))


def _epochs(text: str) -> tuple[str, ...]:
    return tuple(_EPOCHS.findall(text.casefold()))


def _prompt(summary: Summary) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The prompt of every evaluation, where the remark behind training's says that it is another."""
    for row in _in(summary, "Configuration", "system prompt"):
        if found := _OF_EVALUATION.search(row.value):
            yield "system prompt", (str(read_setting(found["prompt"])),)
        return


def without_remark(prompts: str) -> str:
    """The bullet of the system prompt without what the template says of it in brackets."""
    return _REMARK.sub("", _OF_EVALUATION.sub("", prompts))


def _configuration(summary: Summary, models: tuple[str, ...]) -> Iterator[tuple[str, Shown]]:
    seen: set[str] = set()
    for row in _in(summary, "Configuration"):
        key = setting_key(row.key)
        if key in seen:
            key = row.key.strip()
        seen.add(key)
        yield key, _shown(key, row.value, models)


def _shown(key: str, text: str, models: tuple[str, ...]) -> Shown:
    match key:
        case "recipe":
            return read_settings(path_in(text) or NONE, models)
        case "packed":
            return read_settings(_NOTE.sub("", text), models)
        case "system_prompt":
            return read_settings(without_remark(text), models)
        case "lora_alpha" if plain(text).startswith("auto") and numbers(text) in {(), ("2",)}:
            return ((None, ("auto",)),)
        case "validation":
            return tuple(
                (model, tuple(_yes_no(value) for value in values))
                for model, values in read_settings(text, models)
            )
        case _ if key.startswith("Variant "):
            return ((None, tuple(split(text))),)
        case _:
            return read_settings(text, models)


def _yes_no(value: object) -> bool | str | None:
    said = value.casefold() if isinstance(value, str) else value
    return _YES_NO.get(said, value if isinstance(value, bool) or value is None else str(value))


def _estimates(summary: Summary) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    for row in summary.fields:
        section, _, part = row.section.partition(" > ")
        if section == "Compute Estimates":
            yield (part, row.key.strip()), numbers(row.value)
