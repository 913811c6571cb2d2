"""Who is next: what has died is noted, what can never start is cancelled, the first that may start is named.

All of it under the lock.
"""

import os
import time
from pathlib import Path

from ckreg.adapters.local.processes import is_alive
from ckreg.adapters.local.records import Record, Records, changed

NEVER = "DependencyNeverSatisfied"


def settled(records: Records) -> list[Record]:
    """The jobs that wait or run, once what is known of the others is noted."""
    alive = []
    for record in records.waiting_and_running():
        found = _settled(records, record)
        if found.ended is None:
            alive.append(found)
        if found != record:
            (records.put if found.ended is None else records.end)(found)
    return alive


def _settled(records: Records, record: Record) -> Record:
    if record.state == "RUNNING":
        return record if is_alive(record.runner) or is_alive(record.leader) else _lost(record)
    if any(_never(records, job) for job in record.after):
        return changed(record, state="CANCELLED", reason=NEVER, ended=time.time())
    return record


def _lost(record: Record) -> Record:
    """A job whose runner was killed: how it ended nobody saw. One that never began waits again."""
    if record.leader is None:
        return changed(record, state="PENDING", started=None, runner=None)
    state = "NODE_FAIL" if record.cancelled_by is None else "CANCELLED"
    return changed(record, state=state, ended=_last_seen(record))


def _last_seen(record: Record) -> float:
    """The last sign of life: when its log was written."""
    started = record.started or record.submitted
    try:
        return max(started, Path(record.log).stat().st_mtime)
    except OSError:
        return started


def _never(records: Records, job: str) -> bool:
    before = records.find(job)
    return before is None or (before.ended is not None and before.state != "COMPLETED")


def may_start(records: Records, alive: list[Record]) -> list[Record]:
    """The jobs that may start now, the first first, as many as there is room for."""
    running = sum(record.state == "RUNNING" for record in alive)
    ready = [record for record in alive if record.state == "PENDING" and _is_ready(records, record)]
    return ready[: max(0, records.at_once() - running)]


def _is_ready(records: Records, record: Record) -> bool:
    return all((found := records.find(job)) and found.state == "COMPLETED" for job in record.after)


def cancelled(record: Record) -> Record:
    """The record of a job that somebody cancels, ended if it had not begun."""
    by = os.getuid()
    if record.state == "PENDING":
        return changed(record, state="CANCELLED", cancelled_by=by, ended=time.time())
    return changed(record, cancelled_by=by)
