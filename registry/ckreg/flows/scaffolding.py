"""Writes a plan's configs and job scripts, in one commit; a file that a person edited stays theirs."""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters import clock
from ckreg.adapters.config import load_settings
from ckreg.adapters.datasets import split_files
from ckreg.adapters.model_folders import look_into
from ckreg.adapters.tree import EXPERIMENTS, Home, read_text
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.kept import entries_of
from ckreg.core.plan.settling import with_full_paths
from ckreg.core.scaffold.layout import FINETUNE_CONFIG, MANIFEST, training_folder
from ckreg.core.scaffold.planned import Place, sheets_of, warnings_of
from ckreg.core.scaffold.torchtune.config import Found, finetune_tree
from ckreg.core.scaffold.torchtune.data import DataFacts
from ckreg.core.scaffold.torchtune.models import ModelFolder
from ckreg.core.scaffold.written import Manifest, State, dump_manifest, read_manifest, replaced, state_of
from ckreg.core.setting_kinds import full_path
from ckreg.core.settings import Settings
from ckreg.core.spec import Spec
from ckreg.errors import MalformedError, NotFoundError, RefusedError
from ckreg.flows.committing import commit_edits
from ckreg.flows.sealing import estimates_path
from ckreg.flows.starting import Preference, Source, source_of
from ckreg.flows.templating import job_templates


class File(NamedTuple):
    """A file of the scaffold, relative to the registry, as it lies in the folder and as the plan wants it.

    `wanted` is None for one that the plan has no more.
    """

    path: str
    state: State
    before: str | None
    wanted: str | None


@dataclass(frozen=True, slots=True)
class Scaffolded:
    """What was written; `commit` is None where nothing changed, or where it was only looked at."""

    experiment: str
    files: tuple[File, ...]
    warnings: tuple[str, ...]
    commit: str | None

    def of(self, *states: State) -> tuple[File, ...]:
        """The files of which this became."""
        return tuple(file for file in self.files if file.state in states)


def scaffold_experiment(
    home: Home, word: str, *, dry_run: bool = False, forced: Collection[str] = ()
) -> Scaffolded:
    """Write the files of the plan that the document in the folder shows.

    `forced` are runs, or files relative to the experiment, that are written over what a person has edited.

    Raises:
        RefusedError: scratch_dir is not set, a template was not accepted, a value cannot stand where it goes.
        NotFoundError: there is no such experiment, or nothing that is to be forced.
        MalformedError: the document does not say enough.
    """
    source = source_of(home, word)
    settings = load_settings(home)
    plan = _plan(home, source)
    place = _place(home, source.experiment, plan, settings)
    templates = job_templates(home)
    wanted = {sheet.path: templates.render(sheet.template, sheet.values) for sheet in sheets_of(plan, place)}
    _refuse_unknown(forced, wanted)
    below = f"{EXPERIMENTS}/{source.experiment}"
    written = read_manifest(_text(home, f"{below}/{MANIFEST}"))
    files = tuple(_files(home, below, wanted, written, forced))
    warnings = tuple(warnings_of(plan, place))
    commit = None if dry_run else _commit(home, source.experiment, wanted, written, forced)
    return Scaffolded(source.experiment, files, warnings, commit)


class PlannedConfig(NamedTuple):
    """A run's `finetune.yaml` as it lies in the folder, and the tree that the plan comes to."""

    path: str
    run_name: str
    text: str
    planned: Mapping[str, object]


def planned_configs(home: Home, experiment: str) -> Iterator[PlannedConfig]:
    """The configs that are there; nothing is asked of a plan of which there are none.

    Raises:
        CkregError: see `scaffold_experiment`.
    """
    below = home.experiments / experiment
    if next(below.glob(f"*/{FINETUNE_CONFIG}"), None) is None:
        return
    plan = _plan(home, source_of(home, experiment))
    found = _models_and_data(plan, load_settings(home))
    for run in plan.runs:
        path = f"{EXPERIMENTS}/{experiment}/{training_folder(run.name)}/{FINETUNE_CONFIG}"
        if (text := _text(home, path)) is not None:
            there = Found(found.models[run.model], found.data[run.dataset.label], "")
            yield PlannedConfig(path, run.name, text, finetune_tree(run, there))


def _plan(home: Home, source: Source) -> Plan:
    """What the document shows; what spec.yaml says the same is as it says it."""
    return resolve(_whole(home, source.chosen(Preference.DOCUMENT)), clock.now().date())


def _whole(home: Home, spec: Spec) -> Spec:
    def full(path: str) -> str:
        return os.path.normpath(full_path(path, base=str(home.root), home=os.path.expanduser("~")))  # noqa: PTH111

    return with_full_paths(spec, full)


def _place(home: Home, experiment: str, plan: Plan, settings: Settings) -> Place:
    if settings.scratch_dir is None:
        raise RefusedError(
            "scratch_dir is not set, and jobs need a place to write to. Set it in claude.local.md, "
            "ckreg.local.toml or as CKREG_SCRATCH_DIR."
        )
    looked = _models_and_data(plan, settings)
    return Place(
        registry=str(home.root.resolve()),
        folder=str(home.root.resolve() / EXPERIMENTS / experiment),
        scratch_dir=settings.scratch_dir,
        settings=settings,
        times=_times(home, experiment),
        models=looked.models,
        data=looked.data,
    )


class _Looked(NamedTuple):
    models: Mapping[str, ModelFolder]
    data: Mapping[str | None, DataFacts]


def _models_and_data(plan: Plan, settings: Settings) -> _Looked:
    base = settings.models_dir or ""
    return _Looked(
        {
            model.name: look_into(model.name, model.path or f"{base}/{model.name}")
            for model in plan.spec.models
        },
        {dataset.label: split_files(Path(dataset.path)) for dataset in plan.spec.datasets},
    )


def _times(home: Home, experiment: str) -> dict[tuple[str | None, ...], str]:
    path = estimates_path(experiment)
    try:
        estimates = json.loads(_text(home, path) or "null")
    except (ValueError, RecursionError) as error:
        raise MalformedError(
            f"{path} is not JSON ({error}). `git checkout -- {path}` brings it back."
        ) from None
    entries = entries_of(estimates)
    return {key: str(entry["request"]) for key, entry in entries.items() if entry.get("request")}


def _text(home: Home, path: str) -> str | None:
    try:
        return read_text(home.root / path)
    except NotFoundError:
        return None


def _refuse_unknown(forced: Iterable[str], paths: Collection[str]) -> None:
    for word in forced:
        if not any(_is_forced(path, (word,)) for path in paths):
            raise NotFoundError(
                f"--force {word}: there is no such run or file in the plan. A run's name or a path such as "
                f"{next(iter(paths), 'RUN/finetune.yaml')} is expected."
            )


def _is_forced(path: str, forced: Collection[str]) -> bool:
    return any(path == word.rstrip("/") or path.startswith(f"{word.rstrip('/')}/") for word in forced)


def _files(
    home: Home, below: str, wanted: Mapping[str, str], written: Manifest, forced: Collection[str]
) -> Iterable[File]:
    for path, text in wanted.items():
        before = _edited_text(home, f"{below}/{path}")
        state = state_of(before, text, written.get(path), forced=_is_forced(path, forced))
        yield File(f"{below}/{path}", state, before, text)
    for path in sorted(written.keys() - wanted.keys()):
        if (home.root / below / path).is_file():
            yield File(f"{below}/{path}", State.LEFT, None, None)


def _edited_text(home: Home, path: str) -> str | None:
    """A file's text; one that is no text is somebody's own."""
    try:
        return _text(home, path)
    except MalformedError as error:
        raise MalformedError(f"{error} Or remove it, and scaffold again.") from None


def _commit(
    home: Home, experiment: str, wanted: Mapping[str, str], written: Manifest, forced: Collection[str]
) -> str | None:
    below = f"{EXPERIMENTS}/{experiment}"
    edits = {
        f"{below}/{path}": partial(
            replaced, new=text, written=written.get(path), forced=_is_forced(path, forced)
        )
        for path, text in wanted.items()
    }
    manifest = dump_manifest(wanted)
    runs = len({path.partition("/")[0] for path in wanted})
    subject = f"scaffold: {experiment}\n\n{len(wanted)} files of {runs} runs\n"
    return commit_edits(home, {**edits, f"{below}/{MANIFEST}": lambda _old: manifest}, subject)


__all__ = ["File", "Scaffolded", "State", "planned_configs", "scaffold_experiment"]
