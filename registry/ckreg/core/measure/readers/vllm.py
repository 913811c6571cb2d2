"""vLLM: the bars of processed prompts, over all calls of the engine in one job."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ckreg.core.measure.bars.bar_time import bar_seconds
from ckreg.core.measure.ends.outcome import fatal_verdict, last_line, scheduler_verdict
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, Verdict

_PROMPTS = b"Processed prompts:"
_SIGNS = (_PROMPTS, b"LLM engine (v", b"vLLM API server", b"(EngineCore")
_FRAME = re.compile(
    rb"Processed prompts: {0,20}+[^|\r\n]{0,40}\|[^|\r\n]{0,400}\| *(\d{1,12}+)/(\d{1,12}+) "
    rb"\[([\d:]{4,12}+)<[^,\]\r\n]{1,20}(?:, *(\d[\d.]{0,15}+)(it/s|s/it))?"
)
_CONFIG = re.compile(
    rb"LLM engine \(v[^\r\n]{1,80}?with config:? [^\r\n]{0,20}?model='([^'\r\n]{1,400})'([^\r\n]{0,4000})"
)
_PARALLEL = re.compile(rb"(?:tensor|pipeline|data)_parallel_size=(\d{1,6})")
_ACCURACY = re.compile(rb"ccuracy ?[:=]")


class _Bar(NamedTuple):
    """One call's prompts: how many were done, of how many, in how many seconds; `end` is where it ends."""

    done: int
    total: int
    seconds: float
    end: int


def sniff(data: bytes) -> bool:
    """Whether vLLM's engine wrote into this."""
    return any(sign in data for sign in _SIGNS)


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement; a job may start the engine many times."""
    bars = _bars(data)
    done, seconds = sum(bar.done for bar in bars), sum(bar.seconds for bar in bars)
    per_sample = seconds / done if done and seconds else None
    model, n_gpus = _model_and_gpus(data)
    verdict = _verdict(data, bars)
    return (
        Measurement(
            log_path=log_path,
            framework=Framework.VLLM,
            kind=Kind.EVAL if _judges(data) else Kind.INFERENCE,
            model=model,
            n_gpus=n_gpus,
            samples_total=sum(bar.total for bar in bars) if bars else None,
            samples_done=done if bars else None,
            seconds_per_sample=per_sample,
            samples_per_second=1 / per_sample if per_sample else None,
            seen_seconds=round(seconds, 3) if bars else None,
            outcome=verdict.outcome,
            outcome_evidence=verdict.evidence,
        ),
    )


def _judges(data: bytes) -> bool:
    """Whether the script around the engine says what only one does that compares answers with the truth."""
    return b"ground_truth" in data or b"valuating" in data or _ACCURACY.search(data) is not None


def _bars(data: bytes) -> Sequence[_Bar]:
    """The last frame of each bar; a bar begins where the count goes back or the total changes."""
    bars: list[_Bar] = []
    for frame in _FRAME.finditer(data):
        done, total = int(frame[1]), int(frame[2])
        if bars and bars[-1].total == total and bars[-1].done <= done:
            bars.pop()
        seconds = bar_seconds(done, frame[3], frame[4] or b"", frame[5] or b"")
        bars.append(_Bar(done, total, seconds, frame.end()))
    return bars


def _verdict(data: bytes, bars: Sequence[_Bar]) -> Verdict:
    """A traceback that prompts follow was caught; what comes after the last of them is the job's end."""
    rest = data[bars[-1].end :] if bars else data
    if fatal := scheduler_verdict(data) or fatal_verdict(rest):
        return fatal
    if bars and bars[-1].done < bars[-1].total and b"\n" not in rest.strip():
        return Verdict(Outcome.INCOMPLETE, last_line(data))
    return Verdict(Outcome.UNKNOWN, "")


def _model_and_gpus(data: bytes) -> tuple[str | None, int | None]:
    """The engine's model (the folder's name of a local one) and the GPUs that it is spread over."""
    config = _CONFIG.search(data)
    if config is None:
        return None, None
    name = config[1].decode(errors="replace")
    gpus = 1
    for size in _PARALLEL.findall(config[2]):
        gpus *= int(size)
    folder = name.rstrip("/").rpartition("/")[2] if name.startswith(("/", ".", "~")) else name
    return folder or None, gpus
