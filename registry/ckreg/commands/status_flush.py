"""`ckreg status flush`: commit what waits in the spool."""

from ckreg.adapters.tree import Home
from ckreg.flows.updates import Flushed, Preview, flush, preview_flush


def status_flush(home: Home, *, timeout_seconds: float = 60.0) -> Flushed:
    """Commit all that waits; tells what became of it, and what was put aside before, once.

    Raises:
        BusyError: git is in the middle of something, or the lock stayed held; all stays in the spool.
    """
    return flush(home, timeout_seconds=timeout_seconds)


def flush_preview(home: Home) -> Preview:
    """What would be committed; nothing is changed."""
    return preview_flush(home)
