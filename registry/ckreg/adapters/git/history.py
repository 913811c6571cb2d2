"""Reads status events out of the trailers of git history."""

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ckreg.adapters.git.repo import open_repo
from ckreg.adapters.tree import Home
from ckreg.core.status import StatusEvent

if TYPE_CHECKING:
    from git import Commit

TRAILER = "Ckreg-Status: "


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


def head(home: Home) -> str | None:
    """The commit that HEAD is at, None where there is none yet."""
    return open_repo(home.root).head()


def is_ancestor(home: Home, commit: str) -> bool:
    """Whether HEAD still reaches this commit; history may have been rewritten."""
    return open_repo(home.root).call("merge-base", "--is-ancestor", commit, "HEAD").returncode == 0


def events_in(commit: "Commit") -> Iterator[StatusEvent]:
    """The status changes that one commit tells."""
    message = commit.message if isinstance(commit.message, str) else commit.message.decode(errors="replace")
    for line in message.split("\n"):
        if line.startswith(TRAILER) and (event := _event(commit, line.removeprefix(TRAILER))):
            yield event


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
