"""The status events of recent commits, as git prints them: whoever commits needs them at once."""

import json
from collections.abc import Iterator
from datetime import datetime

from ckreg.adapters.git.repo import Repo
from ckreg.core.status import StatusEvent

_FORMAT = "%x1e%H%x1f%an%x1f%(trailers:key=Ckreg-Status,valueonly)"


def recent_events(repo: Repo, since: datetime) -> list[StatusEvent]:
    """The status changes of HEAD's commits since then, newest first; what is no change is passed over."""
    if repo.head() is None:
        return []
    told = repo.run("log", f"--since={since.isoformat()}", f"--format={_FORMAT}")
    return list(_events(told))


def _events(told: str) -> Iterator[StatusEvent]:
    for commit in told.split("\x1e")[1:]:
        fields = commit.split("\x1f", 2)  # an author's name may hold anything but a newline
        for line in fields[-1].split("\n") if len(fields) > 2 else ():  # noqa: PLR2004  # see _FORMAT
            if line.startswith("{") and (event := _event(fields[0], fields[1], line)):
                yield event


def _event(commit: str, author: str, line: str) -> StatusEvent | None:
    try:
        told = json.loads(line)
        names = {key: told.get(key) for key in ("task", "epoch", "job", "by", "evidence")}
        return StatusEvent(
            commit=commit,
            author=author,
            id=str(told["id"]),
            experiment=str(told["experiment"]),
            run=str(told["run"]),
            at=str(told["at"]),
            from_status=told.get("from"),
            to_status=told.get("to"),
            forced=bool(told.get("forced")),
            **{key: None if text is None else str(text) for key, text in names.items()},
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
