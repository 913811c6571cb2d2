"""The time: `CKREG_NOW` sets it, so that a plan can be made again to the byte."""

import os
from datetime import datetime

from ckreg.errors import UsageError


def now() -> datetime:
    """The time in the local zone, to the second; `CKREG_NOW` (ISO 8601) goes before the system's clock.

    Raises:
        UsageError: `CKREG_NOW` is not a date and time.
    """
    fixed = os.environ.get("CKREG_NOW")
    if not fixed:
        return datetime.now().astimezone().replace(microsecond=0)
    try:
        return datetime.fromisoformat(fixed).astimezone()
    except ValueError:
        raise UsageError(f"CKREG_NOW={fixed!r} is not a time; write it as 2025-10-22T14:23:15.") from None
