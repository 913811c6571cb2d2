"""How experiments differ between two states of a registry, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from ckreg.adapters.git import Differing, Repo, contents, differing, open_repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home
from ckreg.core.differing import Difference, difference
from ckreg.core.status import count_statuses
from ckreg.core.summary import parse
from ckreg.errors import CkregError, RefusedError
from ckreg.flows.refreshing import readable

_PARTS = 3  # experiments/NAME/FILE


class Kind(StrEnum):
    """What became of a file or experiment."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FileDifference:
    """Another file of an experiment that differs, named without the experiment's folder."""

    file: str
    change: Kind


@dataclass(frozen=True, slots=True)
class ExperimentDifference:
    """How an experiment differs; `counts` are the runs and evaluations of one that was added or removed."""

    experiment: str
    change: Kind
    document: Difference
    files: tuple[FileDifference, ...]
    counts: Mapping[str, Mapping[str, int]] | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The two states: commit `before`, and commit `after`, or what is `staged`, or the folder."""

    before: str
    after: str | None = None
    staged: bool = False


def differences(home: Home, sides: Sides, experiment: str | None = None) -> list[ExperimentDifference]:
    """How one experiment, or all, differ; those that do not are left out.

    Raises:
        OutsideError: git failed.
    """
    repo = open_repo(home.root)
    folder = EXPERIMENTS if experiment is None else f"{EXPERIMENTS}/{experiment}"
    by_name: dict[str, list[Differing]] = {}
    for file in differing(repo, folder, sides.before, sides.after, staged=sides.staged):
        if file.path.count("/") >= _PARTS - 1:
            by_name.setdefault(file.path.split("/")[1], []).append(file)
    texts = _texts(repo, by_name)
    found = [_of_experiment(home, name, by_name[name], texts) for name in sorted(by_name)]
    return [
        one for one in found if one != ExperimentDifference(one.experiment, Kind.CHANGED, Difference(), ())
    ]


def _texts(repo: Repo, by_name: Mapping[str, Sequence[Differing]]) -> Mapping[str, str]:
    documents = [file for files in by_name.values() for file in files if _is_document(file)]
    return contents(repo, [blob for file in documents for blob in (file.before, file.after) if blob])


def _is_document(file: Differing) -> bool:
    return PurePosixPath(file.path).parts[2:] == (SUMMARY,)


def _of_experiment(
    home: Home, name: str, files: Sequence[Differing], texts: Mapping[str, str]
) -> ExperimentDifference:
    others = tuple(
        FileDifference(file.path.split("/", 2)[2], _kind(file)) for file in files if not _is_document(file)
    )
    document = next(filter(_is_document, files), None)
    if document is None:
        return ExperimentDifference(name, Kind.CHANGED, Difference(), others)
    before = texts.get(document.before or "")
    after = _lying(home, document.path) if document.lies else texts.get(document.after or "")
    kind = _kind(document)
    if kind is Kind.CHANGED and before is not None and after is not None:
        return ExperimentDifference(name, kind, difference(before, after), others)
    text = after if kind is Kind.ADDED else before
    unreadable = text is None or kind is Kind.CHANGED
    counts = None if text is None or unreadable else _counts(text)
    return ExperimentDifference(name, kind, Difference(), others, counts, unreadable)


def _lying(home: Home, path: str) -> str | None:
    """The file in the folder; what a link leads to is none of the registry."""
    file = home.root / path
    try:
        if file.resolve() != home.root.resolve() / path:
            raise RefusedError(f"{file} is a link.")
        return readable(file)
    except (CkregError, OSError):
        return None


def _kind(file: Differing) -> Kind:
    if file.before is None:
        return Kind.ADDED
    return Kind.REMOVED if file.after is None and not file.lies else Kind.CHANGED


def _counts(text: str) -> Mapping[str, Mapping[str, int]]:
    summary = parse(text)
    return {
        "fine_tuning": count_statuses(row.status for row in summary.fine_tuning),
        "evaluations": count_statuses(row.status for row in summary.evaluations),
    }
