"""Is everything there that a plan needs? Each check is really made, and goes into the journal."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ckreg.adapters import clock, probe
from ckreg.adapters.datasets import Counted, count_splits
from ckreg.core.disk_facts import DiskFacts
from ckreg.core.eval_script import script_and_task, script_fault
from ckreg.core.journal import Entry
from ckreg.core.quota import read_quota
from ckreg.core.resources import (
    BUILT_IN_TASKS,
    DatasetFacts,
    ModelFacts,
    Resources,
    ScriptFacts,
    Split,
    splits_fault,
)
from ckreg.core.setting_kinds import full_path
from ckreg.core.settings import Settings
from ckreg.core.text import LINE_END, one_line
from ckreg.core.units import count, size

_SCRIPT_LIMIT = 4 * 1024**2  # bytes

FullPath = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a plan needs.

    Models are (name, path or None for the one in `models_dir`); datasets are (label, path, wanted splits or
    None for those that are there); scripts are (task, script, dataset of the task or None).
    """

    models: tuple[tuple[str, str | None], ...] = ()
    datasets: tuple[tuple[str | None, str, tuple[str, ...] | None], ...] = ()
    scripts: tuple[tuple[str, str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found, and an entry of the journal for every check."""

    resources: Resources
    entries: tuple[Entry, ...]


def verify(needs: Needs, settings: Settings, base: Path | None = None) -> Verified:
    """Look for everything that is needed; relative paths start at `base`, else at the current folder.

    What is missing is no error: the plan marks it, and its facts have the advice.
    """
    full = partial(full_path, base=str(base or Path.cwd()), home=os.path.expanduser("~"))  # noqa: PTH111
    models = [_model(name, path, settings.models_dir, full) for name, path in needs.models]
    datasets = [_dataset(label, path, splits, full) for label, path, splits in needs.datasets]
    scripts = [_script(task, script, dataset, full) for task, script, dataset in needs.scripts]
    disk = _disk(settings.scratch_dir, settings.quota_command)
    return Verified(
        Resources(
            tuple(facts for facts, _ in models),
            tuple(facts for facts, _ in datasets),
            tuple(facts for facts, _ in scripts),
            disk[0],
        ),
        tuple(entry for _, entry in (*models, *datasets, *scripts, disk)),
    )


def _model(name: str, path: str | None, models_dir: str | None, full: FullPath) -> tuple[ModelFacts, Entry]:
    if not path and not models_dir:
        facts = ModelFacts(name, name, found=False, reason="models_dir is not set")
        return facts, _model_entry(name, (), "Not looked for: models_dir is not set")
    folder = full(path or f"{models_dir}/{name}")
    listed = probe.list_names(folder)
    if listed.problem or not probe.is_folder(folder):
        absence = _why(listed) if listed.problem else "it is a file, not a folder"
        facts = ModelFacts(name, folder, found=False, reason=absence)
        return facts, _model_entry(name, (listed,), f"Not found: {absence}")
    names = [name for name in LINE_END.split(listed.output) if name]
    measured, held = probe.measure(folder)
    config, fault = probe.has_config(folder), probe.weights_fault(folder)
    reason = fault if config else "it has no config.json"
    facts = ModelFacts(
        name,
        folder,
        found=True,
        files=len(names),
        bytes=held,
        has_config=config,
        has_weights=fault is None,
        reason=reason,
    )
    return facts, _model_entry(name, (listed, measured), _model_result(names, held, reason))


def _model_entry(name: str, answers: tuple[probe.Answer, ...], result: str) -> Entry:
    why = "Verifying base model exists before creating experiment plan"
    return _entry("VERIFY_MODEL", f"Checking {name}", answers, result, why)


def _model_result(names: list[str], held: int | None, reason: str | None) -> str:
    if not names:
        return "Directory exists but is empty"
    known = [name for name in names if name == "config.json" or name.endswith(".safetensors")]
    shown = (known or names)[:2]
    more = ", etc." if len(names) > len(shown) else ""
    told = f"Directory exists with {count(len(names))} files ({', '.join(shown)}{more})"
    told += f", {size(held)}" if held is not None else ""
    return f"{told}; but {reason}" if reason else told


def _dataset(
    label: str | None, path: str, wanted: tuple[str, ...] | None, full: FullPath
) -> tuple[DatasetFacts, Entry]:
    place = Path(full(path))
    why = "Verifying training dataset exists, its size and its splits"
    about = f"Checking dataset {label}" if label else f"Checking {place.name} dataset"
    listed = probe.list_size(str(place))
    if listed.problem:
        facts = DatasetFacts(label, path, found=False, reason=_why(listed))
        return facts, _entry("VERIFY_DATASET", about, (listed,), f"Not found: {facts.reason}", why)
    counted = count_splits(place)
    reason = counted.reason or splits_fault(counted.splits, wanted)
    facts = DatasetFacts(label, path, True, counted.bytes, counted.splits, reason)
    return facts, _entry(
        "VERIFY_DATASET", about, (listed,), _dataset_result(str(place), counted, reason), why
    )


def _dataset_result(place: str, counted: Counted, reason: str | None) -> str:
    kind = "Directory" if probe.is_folder(place) else "File"
    told = f"{kind} exists, {size(counted.bytes)}"
    if counted.splits:
        told += "; " + ", ".join(map(_split, counted.splits))
    return f"{told}; but {reason}" if reason else told


def _split(split: Split) -> str:
    rows = "not counted" if split.rows is None else count(split.rows)
    return f"{split.name} ({rows})"


def _script(task: str, script: str, dataset: str | None, full: FullPath) -> tuple[ScriptFacts, Entry]:
    dataset_found = None if dataset is None else probe.exists(full(dataset))
    why = "Verifying evaluation script exists; one that is missing is a prerequisite"
    entry = partial(_entry, "VERIFY_SCRIPT", f"Checking evaluation task {task}")
    if script.startswith(BUILT_IN_TASKS):
        facts = ScriptFacts(task, script, True, True, dataset, dataset_found)
        return facts, entry((), f"{script} is built in: a task of the inspect_evals package, no file", why)
    path, function = script_and_task(script)
    listed = probe.list_names(full(path))
    found = listed.problem is None
    fault = _script_fault(full(path), function) if found else _why(listed)
    facts = ScriptFacts(task, script, found, False, dataset, dataset_found, fault)
    told = f"Not found: {fault}" if not found else f"File exists; but {fault}" if fault else "File exists"
    told += f"; its dataset {dataset} does not exist" if dataset_found is False else ""
    return facts, entry((listed,), told, why)


def _script_fault(path: str, function: str | None) -> str | None:
    held = probe.file_bytes(path)
    if held is None:
        return "it is no file"
    if held > _SCRIPT_LIMIT:
        return f"it is larger than {size(_SCRIPT_LIMIT)}"
    if not path.endswith(".py"):
        return None
    try:
        return script_fault(Path(path).read_bytes(), function)
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def _disk(scratch_dir: str | None, quota_command: str | None) -> tuple[DiskFacts, Entry]:
    why = "Ensuring sufficient space for checkpoints"
    entry = partial(_entry, "CHECK_DISK", "Verifying available disk space")
    if scratch_dir is None:
        return DiskFacts(None, None), entry((), "Not checked: scratch_dir is not set", why)
    space, free = probe.free_space(scratch_dir)
    files, free_files = probe.free_files(scratch_dir)
    reason = None
    if free is None:
        reason = _why(space) if space.problem else "df's answer is not understood"
    facts = DiskFacts(scratch_dir, free, reason, free_files)
    answers = [space, files]
    if quota_command is not None:
        answer = probe.quota(quota_command)
        answers.append(answer)
        facts = _with_quota(facts, answer, probe.filesystem(space))
    return facts, entry(tuple(answers), facts.told, why)


def _with_quota(facts: DiskFacts, answer: probe.Answer, filesystem: tuple[str, ...]) -> DiskFacts:
    """What is understood counts whatever the exit status: `quota` fails where one is over its limit."""
    path = facts.path or "/"
    understood = read_quota(answer.output, [path, os.path.realpath(path)], filesystem)
    reason = None if understood.quota else answer.problem or understood.reason
    return replace(facts, quota=understood.quota, quota_reason=reason)


def _why(answer: probe.Answer) -> str:
    """The end of a program's complaint: `ls: cannot access 'x': No such file or directory`."""
    return (answer.problem or "").rpartition(": ")[2]


def _entry(
    action: str, description: str, answers: tuple[probe.Answer, ...], result: str, explanation: str
) -> Entry:
    """An entry of the journal with the commands as they were run."""
    commands = [("Command", "; ".join(answer.command for answer in answers))] if answers else []
    fields = (*commands, ("Result", one_line(result)), ("Explanation", explanation))
    return Entry(clock.now(), action, description, fields)
