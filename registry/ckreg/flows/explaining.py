"""Reads one log, whole, and says what was understood of it and from which text."""

from pathlib import Path

from ckreg.adapters.scan import Unreadable, read_bytes
from ckreg.core.explaining import Explained, explained
from ckreg.core.measure import read_log
from ckreg.errors import OutsideError

__all__ = ["Explained", "explain_log"]


def explain_log(path: Path) -> tuple[Explained, ...]:
    """Each job of the log with its facts.

    Raises:
        OutsideError: the log cannot be read.
    """
    data = read_bytes(path)
    if isinstance(data, Unreadable):
        raise OutsideError(f"{path} cannot be read: {data.reason}.")
    return explained(data, read_log(data, log_path=str(path)))
