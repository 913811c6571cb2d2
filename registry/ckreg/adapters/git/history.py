"""Reads git's history: the commits that are new to somebody who knew it so far, and what they touched."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.git.repo import call_git
from ckreg.adapters.tree import EXPERIMENTS, Home
from ckreg.core.status import StatusEvent
from ckreg.core.trailers import told_events

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# Each part ends with a NUL, which no commit message holds.
_PARTS = ("%m", "%H", "%an", "%ae", "%aI", "%cI", "%B")
_FORMAT = "--format=tformat:" + "".join(f"{part}%x00" for part in _PARTS)
# What a person has set for `git log` must not change what is read.
_PLAIN = ("-c", "log.showSignature=false", "-c", "log.follow=false", "-c", "core.fsmonitor=false")
# What lies on a server only is not fetched for this.
_NO_FETCH = {"GIT_NO_LAZY_FETCH": "1"}


class Standing(NamedTuple):
    """Where history stands: HEAD's commit, and what else decides which commits it reaches.

    `bounds` are the commits at which a shallow clone ends; git shows them as if they had no parents.
    """

    head: str
    view: str
    bounds: frozenset[str]


class Commit(NamedTuple):
    """A commit; `at` is the author's time in ISO 8601, `as_made` says that nobody amended or rebased it."""

    id: str
    author: str
    email: str
    at: str
    message: str
    as_made: bool


class Grown(NamedTuple):
    """The commits that are new, oldest first, and the ids of those that history does not reach any more."""

    new: tuple[Commit, ...]
    gone: tuple[str, ...]


class Touched(NamedTuple):
    """A file that a commit changed, by its path in the registry, with the parents' blobs and its own.

    None where the file is not. A merge touches what it has as none of its parents has it.
    """

    path: str
    parents: tuple[str | None, ...]
    blob: str | None


def standing(home: Home) -> Standing | None:
    """Where history stands now, in one call of git; None where there is no git, or no commit yet."""
    asked = ("--git-path", "shallow", "--git-path", "info/grafts", "HEAD^0", "--glob=refs/replace/*")
    done = call_git(home.root, "rev-parse", *asked)
    if done.returncode:
        return None
    shallow_file, grafts_file, head, *replaced = done.stdout.strip("\n").split("\n")
    shallow, grafts = _text(home.root / shallow_file), _text(home.root / grafts_file)
    return Standing(head, "\n".join([shallow, grafts, *replaced]).strip(), frozenset(shallow.split()))


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def grown(home: Home, now: str, before: str | None) -> Grown | None:
    """What the history of commit `now` has more, and less, than that of `before`; None is no commit.

    None where `before` is not here any more.
    """
    words = ("--topo-order", "--reverse", "--encoding=UTF-8", "--no-color", "--no-notes", _FORMAT)
    reached = (now,) if before is None else ("--left-right", f"{before}...{now}")
    done = call_git(home.root, *_PLAIN, "log", *words, *reached, "--", env=_NO_FETCH)
    if done.returncode:
        return None
    new, gone = [], []
    for side, commit in _commits(done.stdout):
        if side == "<":
            gone.append(commit.id)
        else:
            new.append(commit)
    return Grown(tuple(new), tuple(gone))


def _commits(listed: str) -> Iterator[tuple[str, Commit]]:
    parts = iter(listed.split("\0"))
    while len(found := list(islice(parts, len(_PARTS)))) == len(_PARTS):
        side, commit, author, email, at, committed, message = found
        yield side.strip("\n"), Commit(commit, author, email, at, message, at == committed)


def touched(home: Home, commits: Sequence[str]) -> dict[str, tuple[Touched, ...]]:
    """The files below `experiments/` that each of the commits changed, where it changed any."""
    if not commits:
        return {}
    words = ("--stdin", "-r", "-c", "-M", "--root", "--raw", "-z", "--no-abbrev", "--relative")
    done = call_git(
        home.root,
        *_PLAIN,
        "diff-tree",
        *words,
        "--",
        EXPERIMENTS,
        stdin="".join(f"{commit}\n" for commit in commits),
        env=_NO_FETCH,
    )
    return {commit: tuple(files) for commit, files in _files(done.stdout).items()}


def _files(listed: str) -> dict[str, list[Touched]]:
    """What `diff-tree -z` lists: a commit's id, then for each file its modes and blobs, and its path."""
    found: dict[str, list[Touched]] = {}
    files: list[Touched] = []
    parts = iter(listed.split("\0"))
    for part in parts:
        word = part.strip("\n")
        if word.startswith(":"):
            files.append(_touched(word, parts))
        elif _COMMIT.fullmatch(word):
            files = found.setdefault(word, [])
    return found


def _touched(facts: str, parts: Iterator[str]) -> Touched:
    """One file: a colon and a blob for each parent, then its own; of one that was renamed the new path."""
    number = len(facts) - len(facts.lstrip(":"))
    words = facts[number:].split(" ")
    blobs = [None if set(word) == {"0"} else word for word in words[number + 1 : 2 * number + 2]]
    path = next(parts)
    if number == 1 and words[-1][:1] in {"R", "C"}:
        path = next(parts)
    return Touched(path, tuple(blobs[:-1]), blobs[-1])


def status_events(home: Home, since: str | None = None) -> Iterator[StatusEvent]:
    """The status changes that trailers tell, oldest first; only those of commits after `since`."""
    now = standing(home)
    read = grown(home, now.head, since) if now else None
    for commit in read.new if read else ():
        yield from told_events(commit.message, commit.id, commit.author)
