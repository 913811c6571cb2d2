"""Looks again at what a plan needs, and says what changed since the plan was made."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home, read_text
from ckreg.core.comparing import Found, compare
from ckreg.core.plan.settling import wanted_splits
from ckreg.core.recorded import Recorded, recorded
from ckreg.core.resources import Resources
from ckreg.core.reverified import with_resources
from ckreg.core.spec import read_spec
from ckreg.errors import CkregError, MalformedError, RefusedError
from ckreg.flows.committing import commit_edits, finish_interrupted
from ckreg.flows.creating import Offer, create, offers
from ckreg.flows.verifying import Needs
from ckreg.flows.verifying import verify as look

_SPEC = "spec.yaml"
_SEAL = "plan.seal"
_Wanted = dict[str | None, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Verification:
    """Every resource as it is today; `same` says that nothing is missing or changed."""

    experiment: str
    same: bool
    resources: tuple[Found, ...]


class Updated(NamedTuple):
    """A document before and after, and the commit; None where nothing was written."""

    experiment: str
    before: str
    after: str
    commit: str | None


def verify(home: Home, experiment: str) -> Verification:
    """Look at the resources that an experiment's document names, and compare. Nothing is changed.

    Raises:
        NotFoundError: there is no such experiment.
        MalformedError: its document names no resources.
    """
    name = home.experiment(experiment)
    then = _recorded(home, name)
    found = compare(then, _look(home, name, then))
    return Verification(name, all(one.ok is not False for one in found), found)


def update(home: Home, experiment: str, *, dry_run: bool = False) -> Updated:
    """Write into the document what is found today, and commit it; nothing else in it changes.

    Raises:
        RefusedError: the plan is sealed, and what was found is a part of it.
        CkregError: see `verify`.
    """
    name = home.experiment(experiment)
    if (home.experiments / name / _SEAL).exists():
        raise RefusedError(
            f"{EXPERIMENTS}/{name} is sealed, and what was found of its resources is a part of the plan. "
            f"`ckreg amend {name} --reason ...` changes it."
        )
    if not dry_run:
        finish_interrupted(home)
    now = _look(home, name, _recorded(home, name))
    before = read_text(home.summary(name))
    after = with_resources(before, now)
    commit = None
    if not dry_run and after != before:
        edit = partial(_edited, now=now, name=name)
        commit = commit_edits(home, {f"{EXPERIMENTS}/{name}/{SUMMARY}": edit}, f"verify: {name}")
    return Updated(name, before, after, commit)


def _edited(text: str | None, now: Resources, name: str) -> str:
    if text is None:
        raise RefusedError(f"{EXPERIMENTS}/{name}/{SUMMARY} is not committed yet. Commit it first.")
    return with_resources(text, now)


def _look(home: Home, name: str, then: Recorded) -> Resources:
    return look(_needs(then, _wanted_splits(home, name)), load_settings(home), home.root).resources


def _recorded(home: Home, name: str) -> Recorded:
    path = home.summary(name)
    then = recorded(read_text(path))
    if not (then.models or then.datasets or then.scripts):
        raise MalformedError(
            f"{path}: nothing is listed under 'Resources', so there is nothing to verify. List the models as "
            "`  - NAME: `PATH``, the dataset as `- **Path:** `PATH``."
        )
    return then


def missing_datasets(home: Home, experiment: str) -> tuple[Offer, ...]:
    """The datasets of an experiment that are missing and could be written, as their task is known."""
    then = recorded(read_text(home.summary(home.experiment(experiment))))
    return offers(dataset.path for dataset in then.datasets)


def create_datasets(offered: Iterable[Offer]) -> None:
    """Write the datasets.

    Raises:
        OutsideError: a file cannot be written.
    """
    create(offered)


def _needs(then: Recorded, wanted: _Wanted) -> Needs:
    return Needs(
        # Where models_dir was not set, the name stands for the path.
        models=tuple(
            (model.name, None if model.path == model.name else model.path)
            for model in then.models
            if not model.is_checkpoint
        ),
        datasets=tuple((dataset.label, dataset.path, wanted.get(dataset.label)) for dataset in then.datasets),
        scripts=tuple((script.task, script.script, script.dataset) for script in then.scripts),
        checkpoints=tuple((model.name, model.path) for model in then.models if model.is_checkpoint),
    )


def _wanted_splits(home: Home, name: str) -> _Wanted:
    """The splits that the spec wants of each dataset; the document does not say which are wanted."""
    path = home.experiments / name / _SPEC
    try:
        return wanted_splits(read_spec(read_text(path), format="yaml", name=str(path)))
    except CkregError:
        return {}
