"""The queue's records as `sacct -P` would print them, so that all that reads sacct reads them."""

import os
import time
from collections.abc import Sequence
from datetime import datetime

from ckreg.adapters.local.records import Record
from ckreg.core.scheduler.local import CLUSTER, whole_minutes

_HEADER = (
    "JobID|JobIDRaw|Cluster|State|ExitCode|Submit|Start|End|ElapsedRaw|TimelimitRaw|MaxRSS|AllocTRES|"
    "NodeList|JobName"
)


def sacct_text(records: Sequence[Record]) -> str:
    """A header and the rows of these jobs; memory stands on a row of its own, the script's step."""
    return "\n".join([_HEADER, *(row for record in records for row in _rows(record))]) + "\n"


def _rows(record: Record) -> list[str]:
    by = record.cancelled_by
    state = f"CANCELLED by {by}" if record.state == "CANCELLED" and by is not None else record.state
    common = {
        "state": state,
        "code": record.exit_code,
        "submitted": _time(record.submitted),
        "started": _time(record.started),
        "ended": _time(record.ended),
        "elapsed": str(_elapsed(record)),
    }
    limit = "" if record.limit_seconds is None else str(whole_minutes(record.limit_seconds))
    node = "None assigned" if record.started is None else os.uname().nodename
    ids = (record.id, record.id, CLUSTER)
    job = "|".join([*ids, *common.values(), limit, "", "", node, record.name])
    if record.max_rss is None:
        return [job]
    step = (f"{record.id}.batch", f"{record.id}.batch", CLUSTER)
    return [job, "|".join([*step, *common.values(), "", str(record.max_rss), "", node, "batch"])]


def _elapsed(record: Record) -> int:
    if record.started is None:
        return 0
    return round((record.ended or time.time()) - record.started)


def _time(moment: float | None) -> str:
    """In this machine's zone, as Slurm prints it."""
    return "Unknown" if moment is None else datetime.fromtimestamp(moment).isoformat(timespec="seconds")  # noqa: DTZ006
