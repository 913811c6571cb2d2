"""The status events of recent commits, as git prints them: whoever commits needs them at once."""

from collections.abc import Iterator
from datetime import datetime

from ckreg.adapters.git.repo import Repo
from ckreg.core.status import StatusEvent
from ckreg.core.trailers import told_event

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
            if line.startswith("{") and (event := told_event(line, fields[0], fields[1])):
                yield event
