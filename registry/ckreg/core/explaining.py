"""What was understood of a log, and from which of its lines: for a person whose log reads wrong."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ckreg.core.measure import Measurement
from ckreg.core.measure.measurement import SpeedMethod
from ckreg.core.measure.parts.segments import split_jobs
from ckreg.core.measure.readers.torchtune.config import BANNER

_FROM_THE_PATH = ("job_id", "array_task", "experiment", "run_name")
_NEITHER = ("log_path", "segment", "outcome_evidence", "speed_method")
_HOW = {
    SpeedMethod.ELAPSED: "differences of the bars' elapsed time, after warm-up and outside pauses",
    SpeedMethod.RATES: "single intervals, recovered from the bars' smoothed rates",
    SpeedMethod.AVERAGE: "whole bars, the slow first steps included",
}
_CALCULATED = {
    "seen_seconds": "the bars' elapsed time, pauses included",
    "samples_per_second": "batch size x accumulation x GPUs / seconds per step, unless it is printed",
    "seconds_per_sample": "the evaluation's time / its samples",
    "speed_spread": "how far the times of the steps scatter",
}
# Words that stand beside a value in the line that it is read from; the last such line counts for `_LAST`.
_WORDS = {
    "framework": (
        "torchtune",
        "trainer",
        "deepspeed",
        "megatron",
        "lightning",
        "lm_eval",
        "lm-eval",
        "inspect",
        "vllm",
    ),
    "kind": (),
    "recipe": ("with resolved config", "tune run"),
    "model": ("checkpoint_dir", "model", "_component_"),
    "lora_rank": ("lora_rank", "lora_r", '"r"', "'r'", "rank"),
    "batch_size": ("batch_size", "batch size", "micro_batch"),
    "grad_accum": ("accumulation",),
    "packed": ("packed", "packing"),
    "max_seq_len": ("max_seq", "max_length", "seq_length", "cutoff_len"),
    "dataset": ("data_files", "source", "dataset", "data"),
    "n_gpus": ("gpus", "gpu", "world", "device", "processes", "gres"),
    "gpu_type": ("gpu", "nvidia", "device", "tesla"),
    "epochs": ("epoch",),
    "steps_total": ("it/s", "s/it", "/", "steps", "iteration"),
    "steps_done": ("it/s", "s/it", "/", "steps", "iteration"),
    "seconds_per_step": ("s/it", "it/s", "per iteration", "iter_time", "time"),
    "samples_per_second": ("samples_per_second", "samples/s"),
    "tokens_per_second_per_gpu": ("tokens_per_second", "tokens/s", "tok/s"),
    "elapsed_seconds": ("walltime", "wall-clock", "elapsed", "runtime", "real", "total time"),
    "checkpoint_gib": ("checkpoint of size", "checkpoint"),
    "adapter_checkpoint_gib": ("adapter checkpoint of size",),
    "checkpoint_seconds": ("saved in", "save"),
    "peak_gpu_mem_gib": ("mem",),
    "total_gpu_mem_gib": ("mem",),
    "samples_total": ("samples", "requests", "/", "dataset"),
    "samples_done": ("samples", "requests", "/"),
    "seconds_per_sample": ("total time", "it/s", "s/it"),
}
_LAST = frozenset(
    {"steps_done", "steps_total", "tokens_per_second_per_gpu", "elapsed_seconds", "checkpoint_seconds"}
)
_NUMBER = re.compile(rb"\d[\d,]{0,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?")
_LINE = re.compile(rb"[^\r\n]+")
_UNITS = (1.0, 1e9 / 2**30, 1e-3, 1 / 1024, 1e6 / 2**30, 2.0**-30)  # GB, ms or MB, MiB, MB, bytes
_CLOSE = 1e-4
_CLOCK = re.compile(rb"(?:(\d{1,4})-)?(\d{1,4}):(\d\d)(?::(\d\d))?")
_LONGEST = 400


class Line(NamedTuple):
    """A piece of the log between line ends (carriage returns are some): its number as an editor counts it."""

    number: int
    text: bytes


class Fact(NamedTuple):
    """A value, and the line that it was read from or how it was come by; `line` is 1-based."""

    name: str
    value: object
    line: int | None
    text: str | None
    how: str | None


class Explained(NamedTuple):
    """One job of a log: its facts in the order of the lines, and what the log does not say."""

    segment: int
    facts: tuple[Fact, ...]
    not_said: tuple[str, ...]


def explained(data: bytes, measured: Sequence[Measurement]) -> tuple[Explained, ...]:
    """Each job's facts with the lines that they stand in."""
    parts = split_jobs(data, BANNER)
    if len(parts) != len(measured):
        parts = [data] * len(measured)
    found = []
    before = 0
    for each, part in zip(measured, parts, strict=True):
        found.append(_job(each, list(_lines(part, before))))
        before += part.count(b"\n") if len(parts) > 1 and parts[0] is not data else 0
    return tuple(found)


def _job(measured: Measurement, lines: list[Line]) -> Explained:
    facts, silent = [], []
    for field in dataclasses.fields(measured):
        value = getattr(measured, field.name)
        if field.name in _NEITHER:
            continue
        if value is None:
            silent.append(field.name)
        else:
            facts.append(_fact(measured, field.name, value, lines))
    facts.sort(key=lambda fact: (fact.line is None, fact.line or 0))
    return Explained(measured.segment, tuple(facts), tuple(silent))


def _fact(measured: Measurement, name: str, value: object, lines: list[Line]) -> Fact:
    if name in _FROM_THE_PATH:
        return Fact(name, value, None, None, "the path")
    if name == "outcome":
        return _outcome(measured, lines)
    line = _source(name, value, lines)
    how = _HOW[measured.speed_method] if name == "seconds_per_step" and measured.speed_method else None
    how = how or (_CALCULATED.get(name) if line is None else None)
    if name == "kind" or (line is None and how is None):
        how = "what this program does" if name == "kind" else "several lines together"
    return Fact(name, value, line.number if line else None, _around(line, value) if line else None, how)


def _outcome(measured: Measurement, lines: list[Line]) -> Fact:
    evidence = measured.outcome_evidence
    if not evidence:
        return Fact("outcome", measured.outcome, None, None, "nothing in the log tells how it ended")
    first = evidence.split("\r")[0].split("\n")[0].encode()
    line = next((line for line in reversed(lines) if first in line.text), None)
    return Fact("outcome", measured.outcome, line.number if line else None, evidence, None)


def _lines(data: bytes, before: int) -> Iterator[Line]:
    number, at = before + 1, 0
    for match in _LINE.finditer(data):
        number += data.count(b"\n", at, match.start())
        at = match.start()
        yield Line(number, match[0])


def _source(name: str, value: object, lines: list[Line]) -> Line | None:
    """The line that holds the value beside one of its words; the last where later ones count."""
    ordered = list(reversed(lines)) if name in _LAST or name == "seconds_per_step" else lines
    for word in _WORDS.get(name, ()):
        wanted = word.encode()
        for line in ordered:
            if wanted in line.text.lower() and _says(name, value, line.text):
                return line
    return None


def _says(name: str, value: object, text: bytes) -> bool:
    if name in {"recipe", "framework", "seconds_per_step"}:
        return True  # in other words
    if isinstance(value, bool):
        return str(value).lower().encode() in text.lower()
    if isinstance(value, int | float):
        return _has_number(float(value), text, integer=isinstance(value, int))
    return str(value).split("\n")[0].encode(errors="replace") in text


def _has_number(value: float, text: bytes, *, integer: bool) -> bool:
    close = _CLOSE * max(abs(value), 1e-9)
    for match in _NUMBER.finditer(text[:100_000]):
        number = float(match[0].replace(b",", b""))
        if any(abs(number * unit - value) <= close for unit in ((1.0,) if integer else _UNITS)):
            return True
    return not integer and any(
        abs(_seconds(match) - value) <= close for match in _CLOCK.finditer(text[:100_000])
    )


def _seconds(match: re.Match[bytes]) -> float:
    days, first, second, third = match.groups()
    if third is None:
        return int(first) * 60 + int(second)
    return ((int(days or 0) * 24 + int(first)) * 60 + int(second)) * 60 + int(third)


def _around(line: Line, value: object) -> str:
    """The line, of a long one the part around the value."""
    at = max(0, line.text.find(str(value).encode(errors="replace")) - _LONGEST // 2)
    part = line.text if len(line.text) <= _LONGEST else line.text[at : at + _LONGEST]
    return part.decode(errors="replace").strip()
