"""Reads status events out of the trailers of git history."""

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ckreg.adapters.git.repo import open_repo
from ckreg.adapters.tree import Home
from ckreg.core.status import StatusEvent

if TYPE_CHECKING:
    from git import Commit

TRAILER = "Ckreg-Status: "
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def status_events(home: Home, since: str | None = None) -> Iterator[StatusEvent]:
    """The status changes of all commits that HEAD reaches, oldest first; only those after commit `since`.

    A trailer that is not what ckreg writes is passed over: anybody may write into a commit message.
    """
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # GitPython's import fails where git is absent
    from git import Repo  # noqa: PLC0415  # 50 ms, needed only where history is read

    with Repo(home.root, search_parent_directories=True) as repo:
        if not repo.head.is_valid():
            return
        revision = f"{since}..HEAD" if since else "HEAD"
        for commit in repo.iter_commits(revision, reverse=True, grep=f"^{TRAILER}", topo_order=True):
            yield from events_in(commit)


class CommitSeen(NamedTuple):
    """A commit that touched experiments; `files` are relative to the registry, `at` is the author's time."""

    id: str
    author: str
    at: datetime
    message: str
    files: tuple[str, ...]
    events: tuple[StatusEvent, ...]


def commits_below(home: Home, folder: str) -> Iterator[CommitSeen]:
    """The commits that HEAD reaches and that changed something below `folder`, oldest first."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git import Repo  # noqa: PLC0415  # see above

    ours = open_repo(home.root)
    with Repo(home.root, search_parent_directories=True) as repo:
        if not repo.head.is_valid():
            return
        files = _files(ours.run("log", "--format=%H", "--name-only", "--relative", "-z", "--", folder))
        for commit in repo.iter_commits("HEAD", paths=[ours.prefix + folder], reverse=True, topo_order=True):
            yield CommitSeen(
                commit.hexsha,
                str(commit.author),
                commit.authored_datetime,
                _message(commit),
                files.get(commit.hexsha, ()),
                tuple(events_in(commit)),
            )


def _files(listed: str) -> dict[str, tuple[str, ...]]:
    """What `log --name-only -z` lists: a commit's id, then its files."""
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for part in listed.split("\0"):
        word = part.strip("\n")
        if _COMMIT.fullmatch(word):
            names = found.setdefault(word, [])
        elif word:
            names.append(word)
    return {commit: tuple(names) for commit, names in found.items()}


def head(home: Home) -> str | None:
    """The commit that HEAD is at, None where there is none yet."""
    return open_repo(home.root).head()


def is_ancestor(home: Home, commit: str) -> bool:
    """Whether HEAD still reaches this commit; history may have been rewritten."""
    return open_repo(home.root).call("merge-base", "--is-ancestor", commit, "HEAD").returncode == 0


def events_in(commit: "Commit") -> Iterator[StatusEvent]:
    """The status changes that one commit tells."""
    for line in _message(commit).split("\n"):
        if line.startswith(TRAILER) and (event := _event(commit, line.removeprefix(TRAILER))):
            yield event


def _message(commit: "Commit") -> str:
    message = commit.message
    return message if isinstance(message, str) else message.decode(errors="replace")


def _event(commit: "Commit", text: str) -> StatusEvent | None:
    try:
        told = json.loads(text)
        return StatusEvent(
            commit=commit.hexsha,
            author=str(commit.author),
            id=str(told["id"]),
            experiment=str(told["experiment"]),
            run=str(told["run"]),
            at=str(told["at"]),
            task=_text(told.get("task")),
            epoch=_text(told.get("epoch")),
            from_status=_text(told.get("from")),
            to_status=_text(told.get("to")),
            job=_text(told.get("job")),
            by=_text(told.get("by")),
            evidence=_text(told.get("evidence")),
            forced=bool(told.get("forced")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
