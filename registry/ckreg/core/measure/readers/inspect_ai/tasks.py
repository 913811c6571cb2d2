"""What inspect-ai's console shows: its calls, the tasks of each, and what is printed when a task ends."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ckreg.core.measure.ends.outcome import TRACEBACK, fatal_verdict, scheduler_verdict, shown
from ckreg.core.measure.measurement import Outcome, Verdict

HINT = b"Monitor from another shell: inspect ctl task list"
COMMAND_TRACE = b"inspect_ai/_cli/"

_CALL = re.compile(re.escape(HINT) + rb"|Running \d{1,6}+ tasks\.\.\.")
# `words (10 x 3 samples): hf/model`, wrapped at any blank, or cut off by the box that it stands in.
_TITLE = re.compile(
    rb"[ \n]\((\d[\d,]{0,12}+)(?:\s{1,80}+x\s{1,80}+(\d{1,6}+))?"
    rb"(?:\s{1,80}+samples?\):(?:\s{1,80}+([^\s\xe2]{1,300}+))?| {1,80}+\xe2\x94\x82)"
)
_LONGEST_NAME = 300
_LINE_END = re.compile(rb"[\r\n]")
# The box, the columns of a log record, or the id of a set of evaluations stand before the name.
_BEFORE_NAME = re.compile(rb"^(?:.*(?:\xe2\x94\x82|\b(?:INFO|ERROR|WARNING) {2,}))? *(?:\[[\w-]{1,60}\] )?")
_TOTAL_TIME = re.compile(
    rb"total time: {1,80}+(?:(\d{1,4}+) days?, )?(\d{1,4}+):(\d\d):(\d\d(?:\.\d{1,9}+)?)"
)
_INTERRUPTED = re.compile(
    rb"Task interrupted \((?:(\d[\d,]{0,12}+) of [^\r\n]{0,100}+|no samples[^\r\n]{0,100}+)"
)
# What `--display log` says instead.
_LOGGED = re.compile(rb"(cancelled|failed) \((\d[\d,]{0,12}+)/\d[\d,]{0,12}+ logged\)")
_INDENTED_ERROR = re.compile(
    rb"\n {20,40}+([A-Z_a-z][\w.]{0,120}(?:Error|Exception|Interrupt)\b[^\r\n]{0,200})"
)
_ERRORS = re.compile(rb"WARNING: (\d[\d,]{0,12}+) of \d[\d,]{0,12}+ (?:executed )?samples")
_NOT_RUN = re.compile(rb"NOTE: (\d[\d,]{0,12}+) of \d[\d,]{0,12}+ samples")
_PROGRESS = re.compile(rb"Samples: {0,12}+(\d{1,12}+)/ {0,12}+\d")


class Title(NamedTuple):
    """A task as its title names it, `data[start:end]`; `model` is None where that is cut off."""

    start: int
    end: int
    task: str
    samples: int
    """Over all epochs."""
    model: str | None


class Result(NamedTuple):
    """How a task ended; `rest` is what the text goes on with."""

    verdict: Verdict
    samples_done: int
    seconds: float | None
    model: str | None
    rest: bytes


@dataclass(slots=True)
class Task:
    """A task of one call; `text` is what follows its last title."""

    title: Title
    text: bytes = b""
    result: Result | None = None

    @property
    def model(self) -> str | None:
        """The model's name with its provider, as on the command line."""
        return self.title.model or (self.result.model if self.result else None)


@dataclass(slots=True)
class Call:
    """One call of inspect, from byte `start` on, and its tasks."""

    start: int
    hinted: bool = False
    ended: bool = False
    """Whether the scheduler's word on the job's end was met."""
    tasks: list[Task] = field(default_factory=list)
    by_name: dict[str, dict[str | None, Task]] = field(default_factory=dict)


def calls_of(data: bytes) -> Sequence[tuple[bytes, Sequence[Task]]]:
    """Each call's text with its tasks; the first call's text has what precedes it, too."""
    calls = [Call(0)]
    titles = {title.start: title for title in _titles(data)}
    events = sorted({*titles, *(mark.start() for mark in _CALL.finditer(data))})
    for at, until in pairwise([*events, len(data)]):
        if at in titles:
            _meet_title(calls, titles[at], data[titles[at].end : until])
        else:
            _meet_announcement(calls, at, hint=data.startswith(HINT, at))
    edges = [*(call.start for call in calls), len(data)]
    return [(data[start:end], call.tasks) for (start, end), call in zip(pairwise(edges), calls, strict=True)]


def _meet_announcement(calls: list[Call], at: int, *, hint: bool) -> None:
    if calls[-1].tasks or (hint and calls[-1].hinted):
        calls.append(Call(at))
    calls[-1].hinted |= hint


def _meet_title(calls: list[Call], title: Title, text: bytes) -> None:
    """A title comes again when its task ends; after that, or after the job's end, it is another call's."""
    task = _task_of(calls[-1], title)
    if calls[-1].ended or (task and task.result):
        calls.append(Call(title.start))
        task = None
    if task is None:
        task = Task(title)
        calls[-1].tasks.append(task)
        calls[-1].by_name.setdefault(title.task, {})[title.model] = task
    task.title = title._replace(model=title.model or task.title.model)
    task.text, task.result = text, _result(text, title)
    calls[-1].ended = scheduler_verdict(text) is not None
    if task.result and COMMAND_TRACE in task.result.rest:
        # The next call of the script failed before it announced itself.
        rest = task.result.rest[: max(0, task.result.rest.find(TRACEBACK))]
        calls.append(Call(title.end + len(text) - len(task.result.rest) + len(rest)))
        task.result = task.result._replace(rest=rest)


def _task_of(call: Call, title: Title) -> Task | None:
    """The task of a title that was met before; either of the two may have lost its model."""
    models = call.by_name.get(title.task, {})
    if title.model is None and models:
        return next(reversed(models.values()))
    return models.get(title.model) or models.get(None)


def _titles(data: bytes) -> Iterator[Title]:
    for match in _TITLE.finditer(data):
        before = data[max(0, match.start() - _LONGEST_NAME) : match.start()].rstrip()
        name = _BEFORE_NAME.sub(b"", _LINE_END.split(before)[-1], count=1).strip()
        if name:
            samples = _number(match[1]) * int(match[2] or 1)
            yield Title(
                match.start(), match.end(), _text(name), samples, _text(match[3]) if match[3] else None
            )


def _result(text: bytes, title: Title) -> Result | None:
    time = _TOTAL_TIME.search(text)
    seconds = _seconds(time) if time else None
    if stopped := _INTERRUPTED.search(text):
        verdict = fatal_verdict(text[: stopped.start()]) or Verdict(Outcome.CANCELLED, shown(stopped[0]))
        return Result(verdict, _number(stopped[1] or b"0"), seconds, _model(text), text[stopped.end() :])
    if stopped := _LOGGED.search(text):
        verdict, end = _logged_verdict(text, stopped)
        return Result(verdict, _number(stopped[2]), seconds, _model(text), text[end:])
    if time is None:
        return None
    missing = sum(_number(match[1]) for match in (_ERRORS.search(text), _NOT_RUN.search(text)) if match)
    verdict = Verdict(Outcome.COMPLETED, shown(time[0]))
    return Result(verdict, max(0, title.samples - missing), seconds, _model(text), text[time.end() :])


def _logged_verdict(text: bytes, stopped: re.Match[bytes]) -> tuple[Verdict, int]:
    """The exception that a log record ends with, and where; a person's interruption has none."""
    errors = list(_INDENTED_ERROR.finditer(text, stopped.end()))
    if not errors:
        outcome = Outcome.CANCELLED if stopped[1] == b"cancelled" else Outcome.FAILED
        return Verdict(outcome, shown(stopped[0])), stopped.end()
    verdict = fatal_verdict(TRACEBACK + b"\n" + errors[-1][1])
    return verdict or Verdict(Outcome.FAILED, shown(errors[-1][1])), errors[-1].end()


def _seconds(time: re.Match[bytes]) -> float:
    days, hours, minutes, seconds = time.groups(default=b"0")
    return ((int(days) * 24 + int(hours)) * 60 + int(minutes)) * 60 + float(seconds)


def _model(text: bytes) -> str | None:
    """The model that the line of tokens names: `hf/tiny   1,514 tokens [I: 194, O: 1,320]`."""
    at = text.find(b" tokens [")
    words = text[max(0, at - _LONGEST_NAME) : max(0, at)].split()
    return _text(words[-2].rstrip(b":")) if len(words) > 1 and words[-1][:1].isdigit() else None


def samples_in_progress(text: bytes) -> int | None:
    """The samples that `--display plain` last counted in a call with one task."""
    counted = _PROGRESS.findall(text)
    return int(counted[-1]) if counted else None


def _number(digits: bytes) -> int:
    return int(digits.replace(b",", b""))


def _text(name: bytes) -> str:
    return name.decode(errors="replace")
