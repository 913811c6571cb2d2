"""Designs an experiment from a spec file: drafts it, and writes it once it is approved."""

from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.tree import EXPERIMENTS, Home, read_text
from ckreg.core.spec import Format, Spec, read_spec
from ckreg.errors import UsageError
from ckreg.flows.designing import Draft, draft_experiment, write_experiment

_FORMATS: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}


@dataclass(frozen=True, slots=True)
class Designed:
    """An experiment that is written and committed; `files` are relative to the registry."""

    experiment: str
    commit: str
    files: tuple[str, ...]


def draft(home: Home, spec: Path, *, index: bool = True, concurrent: int | None = None) -> Draft:
    """The experiment of a spec file, verified, estimated and rendered, but not written.

    `index` looks for new logs of prior runs first; `concurrent` is how many jobs run at once, for the wall
    time. Relative paths in the spec start at the registry.

    Raises:
        UsageError: the file's ending is none of a spec's.
        MalformedError: the spec has faults; the message has all of them.
        RefusedError: the experiment exists.
    """
    return draft_experiment(home, _read(spec), index=index, concurrent=concurrent)


def design(home: Home, drafted: Draft) -> Designed:
    """Write the drafted experiment and commit it, all in one commit.

    Raises:
        RefusedError: the experiment exists by now, or a hook refused; nothing is left behind.
    """
    commit = write_experiment(home, drafted)
    files = tuple(f"{EXPERIMENTS}/{drafted.name}/{name}" for name in drafted.files)
    return Designed(drafted.name, commit, files)


def _read(spec: Path) -> Spec:
    kind = _FORMATS.get(spec.suffix.lower())
    if kind is None:
        raise UsageError(f"{spec} is no spec by its name; it ends in {', '.join(_FORMATS)}.")
    return read_spec(read_text(spec), format=kind, name=str(spec))
