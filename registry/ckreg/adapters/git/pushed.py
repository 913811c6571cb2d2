"""Reads what a push brings, as the hook `pre-receive` must: from git's quarantine, in a few processes."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.git.repo import Repo, call_git, last_words
from ckreg.adapters.git.versions import experiment_folders
from ckreg.errors import MalformedError, NotFoundError

# git gives a hook the folder in which what is pushed lies until it is taken.
_QUARANTINE = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")
_UPDATE = re.compile(r"([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (\S.*)")
_BRANCH = "refs/heads/"


class Update(NamedTuple):
    """A reference that a push moves; None is where it was not, or will not be."""

    old: str | None
    new: str | None
    ref: str

    @property
    def branch(self) -> str | None:
        """The branch's short name; None for a tag or anything else."""
        return self.ref.removeprefix(_BRANCH) if self.ref.startswith(_BRANCH) else None


class Commit(NamedTuple):
    """A commit with its parents."""

    id: str
    parents: tuple[str, ...]


def updates_in(text: str) -> list[Update]:
    """What git gives `pre-receive` on its input, a line a reference: old, new and name.

    Raises:
        MalformedError: a line is none of these.
    """
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        match = _UPDATE.fullmatch(line)
        if match is None:
            raise MalformedError(f"<stdin>:{number}: not `OLD NEW REF`, as git gives it to pre-receive.")
        old, new, ref = match.groups()
        found.append(Update(_id(old), _id(new), ref))
    return found


def _id(text: str) -> str | None:
    return text if text.strip("0") else None


def open_bare(folder: Path) -> Repo:
    """The repository without a work tree in this folder, with what is being pushed to it.

    Raises:
        NotFoundError: there is none.
    """
    asked = ("-c", "safe.bareRepository=all", "rev-parse", "--absolute-git-dir", "--is-bare-repository")
    done = call_git(folder, *asked)
    if done.returncode:
        raise NotFoundError(f"{folder} is in no git repository ({last_words(done)}). Name a bare one.")
    git_dir, bare = done.stdout.split("\n")[:2]
    if bare != "true":
        raise NotFoundError(
            f"{folder} is no bare repository. Name the one that is pushed to; in a clone, "
            f"`ckreg hooks install` needs no --server."
        )
    quarantine = {name: os.environ[name] for name in _QUARANTINE if name in os.environ}
    return Repo(Path(git_dir), Path(git_dir), "", {"GIT_DIR": git_dir, **quarantine})


def pushed_commits(repo: Repo, updates: Iterable[Update]) -> list[Commit]:
    """The commits that no branch had before, parents first."""
    tips = dict.fromkeys(update.new for update in updates if update.branch and update.new)
    if not tips:
        return []
    known = repo.run("for-each-ref", "--format=^%(objectname)", "refs/heads")
    asked = ("rev-list", "--reverse", "--topo-order", "--parents", "--stdin")
    listed = repo.run(*asked, stdin="".join(f"{tip}\n" for tip in tips) + known)
    return [
        Commit(words[0], tuple(words[1:])) for line in listed.split("\n") if line for words in [line.split()]
    ]


def experiments_changed(
    repo: Repo, commits: Sequence[Commit], names: Sequence[str]
) -> Iterator[tuple[Commit, list[str]]]:
    """The commits that change a file of such a name in an experiment's folder, with those folders.

    A merge changes what differs from any of its parents.
    """
    pairs = [f"{commit.id} {parent}\n" for commit in commits for parent in commit.parents]
    roots = [f"{commit.id}\n" for commit in commits if not commit.parents]
    asked = ("diff-tree", "--stdin", "--root", "-r", "-z", "--name-only", "--no-renames", "--")
    globs = [f":(glob)**/experiments/*/{name}" for name in names]
    listed = repo.run(*asked, *globs, stdin="".join([*pairs, *roots]), env={"GIT_LITERAL_PATHSPECS": "0"})
    paths: dict[str, list[str]] = {}
    for word in listed.split("\0"):
        if _ID.fullmatch(word):
            changed = paths.setdefault(word, [])
        elif word:
            changed.append(word)
    for commit in commits:
        if folders := experiment_folders(paths.get(commit.id, ()), names):
            yield commit, folders


def rewound(repo: Repo, updates: Iterable[Update]) -> Iterator[Update]:
    """The branches that would lose commits: what was there is no ancestor of what comes."""
    for update in updates:
        if update.branch and update.old and update.new:
            asked = repo.call("merge-base", "--is-ancestor", update.old, update.new)
            if asked.returncode:
                yield update


def changed_between(repo: Repo, old: str, new: str, names: Sequence[str]) -> list[str]:
    """The folders of experiments in which a file of such a name differs between two commits."""
    asked = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
    return experiment_folders(repo.run(*asked).split("\0"), names)


def messages_between(repo: Repo, old: str, new: str) -> list[str]:
    """The messages of the commits that `new` has and `old` has not."""
    return repo.run("log", "--format=%B%x00", f"{old}..{new}").split("\0")


_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
