"""The experiments' documents: as they lie in the folder, or as they were at a commit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ckreg.adapters.clock import now
from ckreg.adapters.git import commit_at, contents, files_at, open_repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home, read_text, the_experiment
from ckreg.errors import MalformedError

_SHORT = 10
_PARTS = 3  # experiments/NAME/FILE


class Documents(Protocol):
    """The documents of a registry at one time."""

    def names(self) -> list[str]:
        """The experiments, sorted."""

    def find(self, word: str) -> str:
        """The name of the experiment that a person means; raises NotFoundError."""

    def texts(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Each of these experiments with its document; raises a CkregError for one that cannot be read."""

    def where(self, name: str) -> str:
        """Where an experiment's document stands, for people."""


@dataclass(frozen=True, slots=True)
class Lying:
    """The documents in the folder."""

    home: Home

    def names(self) -> list[str]:
        """See `Documents`."""
        return self.home.experiment_names()

    def find(self, word: str) -> str:
        """See `Documents`."""
        return self.home.experiment(word)

    def texts(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """See `Documents`."""
        return ((name, read_text(self.home.summary(name))) for name in names)

    def where(self, name: str) -> str:
        """See `Documents`."""
        return str(self.home.summary(name))


@dataclass(frozen=True, slots=True)
class Past:
    """The documents at a commit; `blobs` has the ids of the experiments' files by name and file."""

    home: Home
    commit: str
    blobs: Mapping[str, Mapping[str, str]]

    def names(self) -> list[str]:
        """See `Documents`."""
        return sorted(self.blobs)

    def find(self, word: str) -> str:
        """See `Documents`."""
        return the_experiment(self.names(), word, f"{self.home.root} at {self.commit[:_SHORT]}")

    def texts(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """See `Documents`."""
        wanted = {name: self.blobs[name][SUMMARY] for name in names}
        found = contents(open_repo(self.home.root), wanted.values())
        for name, blob in wanted.items():
            if blob not in found:
                raise MalformedError(f"{self.where(name)} is not UTF-8. `git show` has its bytes.")
            yield name, found[blob]

    def where(self, name: str) -> str:
        """See `Documents`."""
        return f"{self.commit[:_SHORT]}:{EXPERIMENTS}/{name}/{SUMMARY}"


def documents(home: Home, at: str | None) -> Documents:
    """The documents in the folder, or as they were `at` a revision or date.

    Raises:
        NotFoundError: there is no such revision, or no commit so old.
    """
    return Lying(home) if at is None else documents_at(home, at)


def documents_at(home: Home, at: str) -> Past:
    """The documents as they were at a revision or date.

    Raises:
        NotFoundError: there is no such revision, or no commit so old.
    """
    repo = open_repo(home.root)
    commit = commit_at(repo, at, now())
    found: dict[str, dict[str, str]] = {}
    for path, blob in files_at(repo, commit, EXPERIMENTS):
        parts = path.split("/")
        if len(parts) == _PARTS:
            found.setdefault(parts[1], {})[parts[2]] = blob
    return Past(home, commit, {name: files for name, files in found.items() if SUMMARY in files})
