"""Slurm as ckreg's scheduler: sbatch, squeue, sacct, scancel."""

import re
import subprocess
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from ckreg.adapters.slurm.accounting import ask_names, ask_sacct, together
from ckreg.adapters.slurm.calling import array_of, asked, lists
from ckreg.core.scheduler.accounting import Job, parse_sacct
from ckreg.core.scheduler.ids import is_job_id
from ckreg.core.scheduler.port import Answer, QueueAnswer
from ckreg.core.scheduler.queue import FORMAT, Queued, parse_squeue
from ckreg.core.scheduler.refusals import line_of, refusal_of
from ckreg.core.scheduler.sending import Accepted, Order, read_accepted, sbatch_words
from ckreg.core.scheduler.states import Phase, phase_of
from ckreg.errors import OutsideError, RefusedError

# A controller that is down lets squeue and sbatch wait for its MessageTimeout (10 s if unset, 30 s often).
_QUEUE_SECONDS = 40.0
_SEND_SECONDS = 90.0
_ARRAY = re.compile(r"^MaxArraySize\s*=\s*(\d{1,9})", re.MULTILINE)
_USUAL_ARRAY = 1001  # Slurm's own default
_NO_ACCOUNTING = re.compile("accounting storage is disabled", re.IGNORECASE)
_NOT_KNOWN = re.compile("invalid job id", re.IGNORECASE)


class Slurm:
    """The cluster that `sbatch` on PATH sends to."""

    name = "Slurm"
    lag_seconds = 10.0  # seen: up to 5.6 s

    def shown(self, order: Order) -> list[str]:
        """The command line that would send this, for people to read."""
        return sbatch_words(order)

    def send(self, order: Order, *, held: int) -> Accepted:
        """Send a job.

        Raises:
            RefusedError: sbatch refused it; the message says what to change.
            OutsideError: sbatch is not here, or whether the job arrived is not known.
        """
        words = sbatch_words(order)
        try:
            done = subprocess.run(
                words,
                check=False,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=_SEND_SECONDS,
                cwd=order.folder,
                pass_fds=(held,),
            )
        except subprocess.TimeoutExpired:
            raise OutsideError(
                f"sbatch did not answer within {_SEND_SECONDS:.0f} s for {order.name}. Submit again: "
                f"what arrived is found, not sent twice."
            ) from None
        except FileNotFoundError:
            raise RefusedError(
                "sbatch is not on PATH. Log in to a machine of the cluster, or run the jobs here: --local."
            ) from None
        except OSError as error:
            raise RefusedError(f"sbatch cannot be run: {error.strerror}.") from error
        accepted = read_accepted(done.stdout.decode(errors="replace"))
        if done.returncode == 0 and accepted:
            return accepted
        raise _refused(order, done.stderr.decode(errors="replace"))

    def told(self, jobs: Collection[str]) -> Answer:
        """What sacct says of these jobs, every time that they were started."""
        told = ask_sacct(jobs, duplicates=True)
        absent = told.absent or bool(_NO_ACCOUNTING.search(told.complaint))
        return Answer(parse_sacct(told.text), told.failed, absent, told.text)

    def queued(self, jobs: Collection[str]) -> QueueAnswer:
        """What squeue says of these jobs, those that ended some minutes ago among them."""
        found: list[Queued] = []
        # squeue answers nothing at all where one of its ids is a person's words.
        asked_for = {array_of(job) for job in jobs if is_job_id(job)}
        for ids in lists(sorted(asked_for, key=lambda job: (len(job), job))):
            told = asked([*_SQUEUE, "-j", ids], seconds=_QUEUE_SECONDS)
            if told.failed and not _NOT_KNOWN.search(told.complaint):
                return QueueAnswer(failed=told.failed)
            found += parse_squeue(told.text)
        return QueueAnswer(tuple(found))

    def named(self, names: Collection[str], since: datetime) -> Answer:
        """The jobs of these names; squeue knows them at once, sacct also those that are over."""
        queue = together(
            asked([*_SQUEUE, f"--name={listed}"], seconds=_QUEUE_SECONDS) for listed in lists(sorted(names))
        )
        if queue.failed:
            return Answer(failed=queue.failed)
        found = [_as_job(queued) for queued in parse_squeue(queue.text)]
        told = ask_names(names, since)
        if not told.failed:
            found += parse_sacct(told.text)
        elif not told.absent and not _NO_ACCOUNTING.search(told.complaint):
            return Answer(tuple(found), None if found else told.failed)
        return Answer(tuple(job for job in found if not _is_refused(job)))

    def in_queue(self) -> int | None:
        """How many jobs of this person wait or run, each task of an array one; None where it is not told."""
        told = asked(["squeue", "--me", "-h", "-r", "-o", "%i"], seconds=_QUEUE_SECONDS)
        return None if told.failed else len(told.text.split())

    def largest_array(self) -> int:
        """MaxArraySize of the cluster, or what it usually is."""
        match = _ARRAY.search(asked(["scontrol", "show", "config"], seconds=_QUEUE_SECONDS).text)
        return int(match[1]) if match else _USUAL_ARRAY

    def cancel(self, jobs: Collection[str]) -> None:
        """End these jobs; scancel is silent about those that have ended already.

        Raises:
            OutsideError: the controller did not take it.
        """
        for start in range(0, len(jobs), _AT_ONCE):
            told = asked(["scancel", "--", *list(jobs)[start : start + _AT_ONCE]], seconds=_QUEUE_SECONDS)
            if told.failed:
                raise OutsideError(f"{told.failed}. `squeue --me` shows what still runs.")


_SQUEUE = ("squeue", "-h", "-r", "-t", "all", "-o", FORMAT)
_AT_ONCE = 1000  # scancel takes its ids as words


def _refused(order: Order, said: str) -> RefusedError | OutsideError:
    refusal = refusal_of(said)
    message = f"sbatch refused {order.name}: {refusal.said}. {refusal.remedy}"
    if refusal.unclear:
        return OutsideError(message)
    script = Path(order.folder, order.script)
    try:
        line = line_of(script.read_bytes().decode(errors="replace"), refusal.option)
    except OSError:
        line = None
    return RefusedError(f"{script}{f':{line}' if line else ''}: {message}")


def _as_job(queued: Queued) -> Job:
    reason = queued.reason
    waits = phase_of(queued.state) is not Phase.RUNNING
    return Job(
        job_id=queued.job_id,
        state=queued.state,
        submitted=queued.submitted,
        raw_id=queued.raw_id,
        name=queued.name,
        reason=reason if waits else None,
    )


def _is_refused(job: Job) -> bool:
    """A job that sbatch refused leaves a row behind all the same."""
    refused_by_queue = job.state == "FAILED" and job.reason in _REFUSED
    return refused_by_queue or (job.state == "FAILED" and job.exit_code == "1:0" and _no_node(job))


def _no_node(job: Job) -> bool:
    return job.nodes is None and job.started == job.ended


_REFUSED = ("BadConstraints",)
