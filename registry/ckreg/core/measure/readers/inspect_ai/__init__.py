"""inspect-ai's console: one measurement a task that `inspect eval` ran."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ckreg.core.measure.ends.epilogue import with_epilogue
from ckreg.core.measure.ends.outcome import fatal_verdict, last_line, scheduler_verdict, shown
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, Verdict
from ckreg.core.measure.readers.inspect_ai.tasks import (
    COMMAND_TRACE,
    HINT,
    Task,
    calls_of,
    samples_in_progress,
)

_SIGNS = (HINT, b"inspect eval-retry", COMMAND_TRACE, b"Error: No inspect tasks were found")
_TITLE = re.compile(rb"\(\d[\d,]{0,12}+(?: x \d{1,6}+)? samples?\): ")
_PLAIN_ERROR = re.compile(rb"(?<![^\r\n])Error: [^\r\n]{1,300}")
# `time -p` writes after the padding of the last line; bash's own `time` starts a line.
_REAL = re.compile(rb"(?<!\w)real[ \t]{1,4}(?:(\d{1,6}+)m)?(\d{1,9}+\.\d{1,6}+)s?\r?\nuser")


def sniff(data: bytes) -> bool:
    """Whether inspect-ai's command line wrote this."""
    if any(sign in data for sign in _SIGNS):
        return True
    return b"total time:" in data and _TITLE.search(data) is not None


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement for each task of each call; one for a call that got to no task."""
    found: list[Measurement] = []
    for text, tasks in calls_of(data):
        found += _measured(text, tasks, log_path, len(found))
    return tuple(found)


def _measured(text: bytes, tasks: Sequence[Task], log_path: str, first: int) -> list[Measurement]:
    if not tasks:
        return [_measurement(log_path, first, _verdict_without_task(text))]
    last = max(tasks, key=lambda task: task.title.start)
    stopped = scheduler_verdict(text)
    found = []
    for segment, task in enumerate(tasks, first):
        verdict = _verdict(task, is_last=task is last) or stopped
        verdict = verdict or Verdict(Outcome.INCOMPLETE, last_line(text))
        measured = _with_result(_measurement(log_path, segment, verdict), task)
        found.append(_with_wall_time(measured, text, task) if len(tasks) == 1 else measured)
    return found


def _with_result(measured: Measurement, task: Task) -> Measurement:
    seconds = task.result.seconds if task.result else None
    done = task.result.samples_done if task.result else None
    per_sample = seconds / done if seconds and done else None
    return replace(
        measured,
        model=task.model,
        dataset=task.title.task,
        samples_total=task.title.samples,
        samples_done=done,
        seconds_per_sample=per_sample,
        samples_per_second=1 / per_sample if per_sample else None,
        seen_seconds=seconds,
        elapsed_seconds=seconds,
    )


def _with_wall_time(measured: Measurement, text: bytes, task: Task) -> Measurement:
    """Of a call with one task: the whole command's time, and what the progress lines counted last."""
    wall = _wall_seconds(text) or with_epilogue(replace(measured, elapsed_seconds=None), text).elapsed_seconds
    done = measured.samples_done
    return replace(
        measured,
        samples_done=samples_in_progress(task.text) if done is None else done,
        elapsed_seconds=wall or measured.elapsed_seconds,
    )


def _measurement(log_path: str, segment: int, verdict: Verdict) -> Measurement:
    return Measurement(
        log_path=log_path,
        segment=segment,
        framework=Framework.INSPECT_AI,
        kind=Kind.EVAL,
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )


def _verdict(task: Task, *, is_last: bool) -> Verdict | None:
    """A task's own end; what comes after the last task is the job's, which goes before."""
    rest = task.result.rest if task.result else task.text
    job_end = scheduler_verdict(rest) or fatal_verdict(rest) if is_last or not task.result else None
    return job_end or (task.result.verdict if task.result else None)


def _verdict_without_task(text: bytes) -> Verdict:
    if fatal := scheduler_verdict(text) or fatal_verdict(text):
        return fatal
    if error := _PLAIN_ERROR.search(text):
        return Verdict(Outcome.FAILED, shown(error[0]))
    # With `--display log` this is all that is printed, whether it went well or was killed.
    at = text.find(HINT)
    return Verdict(Outcome.UNKNOWN, shown(text[at : at + len(HINT)]) if at >= 0 else "")


def _wall_seconds(text: bytes) -> float | None:
    """What `time` says that the whole command took, start-up included."""
    match = _REAL.search(text)
    return int(match[1] or 0) * 60 + float(match[2]) if match else None
