"""Designs an experiment from a spec, answers or another experiment: drafts it, and writes it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ckreg.adapters.tree import EXPERIMENTS, Home, replace_text
from ckreg.core.journal import Entry
from ckreg.core.spec import FORMATS, Spec, dump_spec
from ckreg.errors import UsageError
from ckreg.flows.conversing import Conversation, Outlook, forget, keep, kept
from ckreg.flows.creating import Offer, create
from ckreg.flows.designing import Draft, draft_experiment, write_experiment
from ckreg.flows.designing import missing_datasets as missing
from ckreg.flows.starting import Beginning, Preference, Source, beginning_of_file, kept_files, source_of

__all__ = [
    "Beginning",
    "Conversation",
    "Designed",
    "How",
    "Outlook",
    "Preference",
    "Source",
    "beginning_of_file",
    "create_datasets",
    "design",
    "draft",
    "forget",
    "keep",
    "kept",
    "kept_files",
    "missing_datasets",
    "save_spec",
    "source_of",
]


@dataclass(frozen=True, slots=True)
class How:
    """`index` looks for new logs of prior runs first; `concurrent` jobs run at once, for the wall time.

    `created` are the log's entries of datasets that were written for the plan.
    """

    index: bool = True
    concurrent: int | None = None
    created: tuple[Entry, ...] = ()


_AS_USUAL = How()


@dataclass(frozen=True, slots=True)
class Designed:
    """An experiment that is written and committed; `files` are relative to the registry."""

    experiment: str
    commit: str
    files: tuple[str, ...]


def missing_datasets(home: Home, beginning: Beginning) -> tuple[Offer, ...]:
    """The datasets of a spec that are missing and could be written: see `create_datasets`."""
    return missing(home, beginning.spec)


def create_datasets(offered: Iterable[Offer]) -> tuple[Entry, ...]:
    """Write the datasets, with an entry each for the log of the design.

    Raises:
        OutsideError: a file cannot be written.
    """
    return create(offered)


def draft(home: Home, beginning: Beginning, how: How = _AS_USUAL) -> Draft:
    """The experiment of a spec, verified, estimated and rendered, but not written.

    Relative paths in the spec start at the registry.

    Raises:
        RefusedError: the experiment exists.
    """
    drafted = draft_experiment(
        home, beginning.spec, index=how.index, concurrent=how.concurrent, created=how.created
    )
    return replace(drafted, files={**drafted.files, **beginning.files})


def design(home: Home, drafted: Draft) -> Designed:
    """Write the drafted experiment and commit it, all in one commit.

    Raises:
        RefusedError: the experiment exists by now, or a hook refused; nothing is left behind.
    """
    commit = write_experiment(home, drafted)
    files = tuple(f"{EXPERIMENTS}/{drafted.name}/{name}" for name in drafted.files)
    return Designed(drafted.name, commit, files)


def save_spec(spec: Spec, path: Path) -> None:
    """Write a spec as YAML, every default filled in.

    Raises:
        UsageError: something is there already, or the name is not that of a YAML file.
    """
    if FORMATS.get(path.suffix.lower()) != "yaml":
        raise UsageError(f"{path} is no name for a YAML file; let it end in .yaml.")
    if path.exists():
        raise UsageError(f"{path} exists already; give another name.")
    replace_text(path, dump_spec(spec))
