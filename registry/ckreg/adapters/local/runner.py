"""The process that runs the queue's jobs, one after the other, and ends when none may start.

Started by whoever sends or asks, cut loose from the terminal. If it is killed the next one goes on.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from signal import SIGCHLD, SIGKILL, SIGTERM

from ckreg.adapters.local.processes import kill_group, process
from ckreg.adapters.local.queue import may_start, settled
from ckreg.adapters.local.records import Record, Records, changed
from ckreg.adapters.local.signals import Signals
from ckreg.core.scheduler.local import CLUSTER
from ckreg.errors import OutsideError

# The job waits for a line until its process is written down: were the runner killed before, it never begins.
_GATE = 'IFS= read -r go || exit 125; exec "$@" < /dev/null'
_NO_LOG = "0:53"  # Slurm's code where a folder or log cannot be opened


def start_runner(records: Records) -> None:
    """Start a runner, and leave it alone.

    Raises:
        OutsideError: it could not be started.
    """
    words = [sys.executable, "-m", "ckreg.adapters.local.runner", str(records.folder)]
    with (records.folder / "runner.log").open("ab") as log:
        done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
    if done.returncode:
        raise OutsideError(
            f"The queue of this machine could not be started; see {records.folder}/runner.log."
        )


def run_queue(records: Records) -> None:
    """Run what may start, until nothing may; a TERM that no `cancel` sent ends it with its job."""
    with Signals(SIGTERM, SIGCHLD) as signals:
        while not signals.seen(SIGTERM) and (record := _claimed(records)):
            ended = _run(records, record, signals)
            if _end(records, ended).cancelled_by is not None:
                signals.forget(SIGTERM)


def _claimed(records: Records) -> Record | None:
    """Take the first that may start; where more may, somebody else is started for them."""
    with records.locked():
        ready = may_start(records, settled(records))
        if not ready:
            return None
        claimed = changed(ready[0], state="RUNNING", runner=process(os.getpid()), started=time.time())
        records.put(claimed)
    if len(ready) > 1:
        start_runner(records)
    return claimed


def _end(records: Records, ended: Record) -> Record:
    with records.locked():
        now = records.find(ended.id) or ended
        ended = changed(ended, cancelled_by=now.cancelled_by)
        records.end(ended)
    return ended


def _run(records: Records, record: Record, signals: Signals) -> Record:
    with ExitStack() as files:
        try:
            mode = "ab" if record.appends else "wb"
            log = files.enter_context(Path(record.log).open(mode))
            error = files.enter_context(Path(record.error).open(mode)) if record.error else None
            gate, opened = os.pipe()
            job = subprocess.Popen(
                ["/bin/sh", "-c", _GATE, "sh", *record.command],
                stdin=gate,
                stdout=log,
                stderr=error or subprocess.STDOUT,
                cwd=record.folder,
                env=_environment(records, record),
                start_new_session=True,
            )
        except (OSError, ValueError) as trouble:
            reason = f"{trouble}"[:200]
            return changed(record, state="FAILED", exit_code=_NO_LOG, ended=time.time(), reason=reason)
        os.close(gate)
        record = changed(record, leader=process(job.pid))
        with records.locked():
            now = records.find(record.id) or record
            record = changed(record, cancelled_by=now.cancelled_by)
            records.put(record)
        os.write(opened, b"go\n")
        os.close(opened)
        return _Watched(records, record, job).until_it_ends(signals)


class _Watched:
    """A job that runs: its limit, its cancellation, its end."""

    def __init__(self, records: Records, record: Record, job: subprocess.Popen[bytes]) -> None:
        self._records = records
        self._record = record
        self._job = job
        self._state: str | None = None
        self._kill_at: float | None = None
        limit = record.limit_seconds
        self._deadline = None if limit is None else (record.started or time.time()) + limit

    def until_it_ends(self, signals: Signals) -> Record:
        while (ended := self._ended()) is None:
            self._hold(signals)
            signals.wait(self._next_deadline())
        return ended

    def _hold(self, signals: Signals) -> None:
        """End the job where it is to end; TERM first, KILL for what does not heed it."""
        now = time.time()
        if self._state is None:
            if signals.seen(SIGTERM):
                self._stop("CANCELLED" if self._is_cancelled() else "NODE_FAIL")
            elif self._deadline is not None and now >= self._deadline:
                self._stop("TIMEOUT")
        elif self._kill_at is not None and now >= self._kill_at:
            self._kill_at = None
            kill_group(self._job.pid, SIGKILL)

    def _stop(self, state: str) -> None:
        self._state = state
        self._kill_at = time.time() + self._record.grace_seconds
        self._say({"TIMEOUT": " DUE TO TIME LIMIT", "NODE_FAIL": " DUE TO NODE FAILURE"}.get(state, ""))
        kill_group(self._job.pid, SIGTERM)

    def _say(self, why: str) -> None:
        """What Slurm would write into the log, so that the log alone tells it, too."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S")
        line = f"\nckreg: error: *** JOB {self._record.id} ON {CLUSTER} CANCELLED AT {at}{why} ***\n"
        try:
            with Path(self._record.error or self._record.log).open("ab") as log:
                log.write(line.encode())
        except OSError:
            return

    def _is_cancelled(self) -> bool:
        with self._records.locked():
            found = self._records.find(self._record.id)
        return found is not None and found.cancelled_by is not None

    def _next_deadline(self) -> float | None:
        """Seconds until something is to be done, None where only a signal counts."""
        at = self._deadline if self._state is None else self._kill_at
        return None if at is None else max(0.0, at - time.time())

    def _ended(self) -> Record | None:
        pid, status, usage = os.wait4(self._job.pid, os.WNOHANG)
        if pid == 0:
            return None
        self._job.returncode = code = os.waitstatus_to_exitcode(status)
        kill_group(pid, SIGKILL)  # what it left behind ends with it, as Slurm has it
        state = self._state or ("FAILED" if code else "COMPLETED")
        exits = {"TIMEOUT": "0:0", "CANCELLED": "0:0", "NODE_FAIL": "1:0"}
        return changed(
            self._record,
            state=state,
            exit_code=exits.get(state, f"0:{-code}" if code < 0 else f"{code}:0"),
            ended=time.time(),
            max_rss=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        )


def _environment(records: Records, record: Record) -> dict[str, str]:
    """What was there when it was sent, with what Slurm would tell of the job."""
    kept = records.environment(record.id)
    host = os.uname().nodename
    return {name: value for name, value in kept.items() if not name.startswith("SLURM")} | {
        "SLURM_JOB_ID": record.id,
        "SLURM_JOBID": record.id,
        "SLURM_JOB_NAME": record.name,
        "SLURM_SUBMIT_DIR": record.folder,
        "SLURM_SUBMIT_HOST": host,
        "SLURM_CLUSTER_NAME": CLUSTER,
        "SLURM_JOB_NODELIST": host,
        "SLURMD_NODENAME": host,
        "SLURM_JOB_NUM_NODES": "1",
        "SLURM_CPUS_ON_NODE": str(os.cpu_count() or 1),
    }


def _main() -> None:
    if os.fork():
        os._exit(0)
    os.setsid()
    run_queue(Records(Path(sys.argv[1])))


if __name__ == "__main__":
    _main()
