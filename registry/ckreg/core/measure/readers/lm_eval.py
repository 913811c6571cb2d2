"""lm-evaluation-harness: one measurement a call, with its tasks, its requests and its table of results."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from ckreg.core.measure.bars.bar_time import bar_seconds
from ckreg.core.measure.ends.outcome import fatal_verdict, last_line, scheduler_verdict, shown
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, Verdict

_SIGNS = (
    b"lm_eval/__main__.py",
    b"lm_eval/_cli/",
    b"evaluation_tracker",
    b"Running loglikelihood requests",
    b"Running generate_until requests",
    b"Running loglikelihood_rolling requests",
)
_SELECTED = re.compile(rb"Selected Tasks: \[([^][\r\n]{0,4000}+)\]")
# What a call begins with, the last where it failed before it said anything.
_START = re.compile(
    rb"Verbosity set to |Selected Tasks: \[|Traceback [^\r\n]{1,40}[\r\n]+ +File \"[^\"\r\n]{1,300}/lm_eval\""
)
_REQUESTS = re.compile(rb"Running (\w{4,40}+) requests")
_CONTEXTS = re.compile(rb"Building contexts for [^\r\n]{1,200}")
_FRAME = re.compile(
    rb"(?<!\d)(\d{1,12}+)/(\d{1,12}+) \[([\d:]{4,12}+)<[^,\]\r\n]{1,20}+(?:, *(\d[\d.]{0,15}+)(it/s|s/it))?"
)
_TABLE = re.compile(
    rb"\| {0,40}+(?:Tasks|Groups) {0,400}+\|[^\r\n]{10,400}[\r\n]{1,2}"
    rb"\|[-:| ]{10,400}[\r\n]{1,2}([^\r\n]{5,400})"
)
_AFTER_REQUESTS = b"bootstrapping for stddev"
_MODELS = (
    re.compile(rb"\bpretrained(?:=|': ?')([^',)}\s]{1,400})"),
    re.compile(rb"\bmodel(?:=|': ?')([^',)}\s]{1,400})"),
)
_BATCH = re.compile(rb"num_fewshot: [^,\r\n]{1,20}, batch_size: (?:auto(?::[\d.]{1,9})? ?\()?(\d{1,9})")
_FOUND_BATCH = re.compile(rb"Determined largest batch size: (\d{1,9})")
_TIME = re.compile(rb"(?<!\d)(\d{4}-\d\d-\d\d):(\d\d:\d\d:\d\d)(?:,(\d{3}))? ")
_LONGEST_PREFIX = 200  # of a log record
_CPU = b"Using device 'cpu'"
_DEVICES = re.compile(rb"Using (\d{1,6}) devices with data parallelism")


class _Bar(NamedTuple):
    """The requests of one type: how many were done, of how many, in how many seconds."""

    done: int
    total: int
    seconds: float


def sniff(data: bytes) -> bool:
    """Whether lm-evaluation-harness wrote this."""
    return any(sign in data for sign in _SIGNS) or _SELECTED.search(data) is not None


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement for each call of lm_eval."""
    return tuple(_measure(part, log_path, segment) for segment, part in enumerate(_calls(data)))


def _measure(data: bytes, log_path: str, segment: int) -> Measurement:
    table = _last(_TABLE, data)
    bars = _request_bars(data)
    samples, done = _samples(data, bars, whole=table is not None)
    seconds = sum(bar.seconds for bar in bars)
    per_sample = seconds / done if done and seconds else None
    verdict = _verdict(data, table)
    return Measurement(
        log_path=log_path,
        segment=segment,
        framework=Framework.LM_EVAL,
        kind=Kind.EVAL,
        model=_model(data),
        batch_size=_batch_size(data),
        dataset=_tasks(data),
        n_gpus=_gpus(data),
        samples_total=samples,
        samples_done=int(done) if done is not None and done == int(done) else None,
        seconds_per_sample=per_sample,
        samples_per_second=1 / per_sample if per_sample else None,
        seen_seconds=round(seconds, 3) if bars else None,
        elapsed_seconds=_elapsed(data, bars),
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )


def _calls(data: bytes) -> Sequence[bytes]:
    """The parts of a log, each from the end of one call's table to that of the next."""
    cuts: list[int] = [0]
    seen: set[bytes] = set()
    for mark in _START.finditer(data):
        kind = mark[0][:8]
        table = _last(_TABLE, data[cuts[-1] : mark.start()])
        if table or kind in seen:
            floor = max(cuts[-1], mark.start() - _LONGEST_PREFIX)
            line = data.rfind(b"\n", floor, mark.start()) + 1 or mark.start()
            cuts.append(cuts[-1] + table.end() if table else line)
            seen.clear()
        seen.add(kind)
    return [data[start:end] for start, end in pairwise([*cuts, len(data)])]


def _request_bars(data: bytes) -> Sequence[_Bar]:
    """The last frame of each type of requests; what computes their errors afterwards has bars, too."""
    marks = [(mark.end(), mark[1]) for mark in _REQUESTS.finditer(data)]
    bars: dict[tuple[bytes, int], _Bar] = {}
    for (start, kind), (end, _) in pairwise([*marks, (len(data), b"")]):
        text = data[start:end].partition(_AFTER_REQUESTS)[0].partition(b"\n|")[0]
        frames = _FRAME.findall(text)
        if frames:
            done, total, elapsed, rate, unit = frames[-1]
            bars[kind, int(total)] = _Bar(int(done), int(total), bar_seconds(int(done), elapsed, rate, unit))
    return tuple(bars.values())


def _samples(data: bytes, bars: Sequence[_Bar], *, whole: bool) -> tuple[int | None, float | None]:
    """The tasks' documents, and how many of them were done.

    A document makes several requests (one a choice), which are not run document by document: until all are
    done, requests tell of a share of the documents only.
    """
    totals = [_FRAME.search(data, mark.end(), mark.end() + 400) for mark in _CONTEXTS.finditer(data)]
    requests, requests_done = sum(bar.total for bar in bars), sum(bar.done for bar in bars)
    documents = sum(int(frame[2]) for frame in totals if frame) or None
    if documents is None:
        return None, None
    if whole:
        return documents, documents
    return documents, documents * requests_done / requests if requests else None


def _verdict(data: bytes, table: re.Match[bytes] | None) -> Verdict:
    """The table of results is the end; what follows it is the job's."""
    rest = data[table.end() :] if table else data
    if fatal := scheduler_verdict(rest) or fatal_verdict(rest):
        return fatal
    return (
        Verdict(Outcome.COMPLETED, shown(table[1])) if table else Verdict(Outcome.INCOMPLETE, last_line(data))
    )


def _model(data: bytes) -> str | None:
    """The folder's name of a local model, else the hub's name of it."""
    match = next(filter(None, (pattern.search(data) for pattern in _MODELS)), None)
    if match is None:
        return None
    name = match[1].decode(errors="replace")
    return name.rstrip("/").rpartition("/")[2] or None if name.startswith(("/", ".", "~")) else name


def _batch_size(data: bytes) -> int | None:
    match = _last(_BATCH, data) or _last(_FOUND_BATCH, data)
    return int(match[1]) if match else None


def _tasks(data: bytes) -> str | None:
    """The tasks as `--tasks` takes them: `arc_easy,boolq`."""
    match = _SELECTED.search(data)
    names = re.findall(rb"'([^']{1,200})'", match[1]) if match else []
    return b",".join(names).decode(errors="replace") or None


def _gpus(data: bytes) -> int | None:
    match = _DEVICES.search(data)
    return int(match[1]) if match else 0 if _CPU in data else None


def _elapsed(data: bytes, bars: Sequence[_Bar]) -> float | None:
    """From the first record's time to the last's, or to the last frame's where that is later."""
    first, last = _TIME.search(data), _last(_TIME, data)
    begun, ended = (_time(match) if match else None for match in (first, last))
    if begun is None or ended is None or ended < begun:
        return None
    frames = data.rfind(b"Running ") > last.start() if last else False
    return (ended - begun).total_seconds() + (bars[-1].seconds if frames and bars else 0.0)


def _time(match: re.Match[bytes]) -> datetime | None:
    day, moment, fraction = (group.decode() for group in match.groups(default=b"000"))
    try:
        return datetime.fromisoformat(f"{day} {moment}.{fraction}")
    except ValueError:
        return None


def _last(pattern: re.Pattern[bytes], data: bytes) -> re.Match[bytes] | None:
    matches = list(pattern.finditer(data))
    return matches[-1] if matches else None
