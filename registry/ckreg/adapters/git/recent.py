"""The status events of recent commits, as git prints them: whoever commits needs them at once."""

from datetime import datetime

from ckreg.adapters.git.repo import Repo
from ckreg.core.status import StatusEvent
from ckreg.core.trailers import told_events

_FORMAT = "%x1e%H%x1f%an%x1f%B"
_FIELDS = 3


def recent_events(repo: Repo, since: datetime) -> list[StatusEvent]:
    """The status changes of HEAD's commits since then, newest first; what is no change is passed over."""
    if repo.head() is None:
        return []
    told = repo.run("log", f"--since={since.isoformat()}", f"--format={_FORMAT}")
    found: list[StatusEvent] = []
    for text in told.split("\x1e")[1:]:
        fields = text.split("\x1f", _FIELDS - 1)  # an author's name may hold anything but a newline
        if len(fields) == _FIELDS:
            found += told_events(fields[2], fields[0], fields[1])
    return found
