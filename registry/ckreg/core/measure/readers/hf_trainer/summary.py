"""What a Trainer prints at its end, as numbers or, from transformers 5 on, as text."""

import re
from typing import NamedTuple

_NUMBER = rb"'%b': '?(\d{1,12}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?)'?"
_RUNTIME = re.compile(_NUMBER % b"train_runtime")
_SAMPLES = re.compile(_NUMBER % b"train_samples_per_second")
_STEPS = re.compile(_NUMBER % b"train_steps_per_second")
_EPOCH = re.compile(_NUMBER % b"epoch")
_EVALUATION = re.compile(_NUMBER % b"eval_runtime")
_METRICS = re.compile(rb"train_runtime {1,40}= {1,10}(\d{1,6}):(\d\d):(\d\d(?:\.\d{1,6})?)")
_METRICS_SAMPLES = re.compile(rb"train_samples_per_second {1,40}= {1,10}(\d{1,12}(?:\.\d{1,9})?)")


class Summary(NamedTuple):
    """Seconds and rates of one training; `train_seconds` are without its evaluations."""

    train_runtime: float | None
    train_seconds: float | None
    samples_per_second: float | None
    steps: int | None
    epochs: int | None


NO_SUMMARY = Summary(None, None, None, None, None)


def read_summary(data: bytes) -> Summary:
    """Of the last training's summary the most exact form: some print it rounded first."""
    if b"train_runtime" not in data:
        return NO_SUMMARY
    runtimes = list(_RUNTIME.finditer(data))
    if not runtimes:
        return _from_metrics(data)
    best = max(runtimes, key=lambda match: len(match[1].lstrip(b"0").replace(b".", b"")))
    runtime = float(best[1])
    evaluations = sum(float(each) for each in _EVALUATION.findall(data, 0, runtimes[0].start()))
    line = data[best.start() : best.start() + 500]
    samples, rate = _SAMPLES.search(line), _STEPS.search(line)
    steps = round(runtime * float(rate[1])) if rate and float(rate[1]) * runtime < 1e9 else None  # noqa: PLR2004
    seconds = runtime - evaluations
    return Summary(
        runtime,
        seconds if seconds > 0 else None,
        float(samples[1]) if samples else None,
        steps,
        _epochs(line),
    )


def _from_metrics(data: bytes) -> Summary:
    """The table of `trainer.log_metrics`."""
    match = _METRICS.search(data)
    if match is None:
        return NO_SUMMARY
    runtime = int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])
    samples = _METRICS_SAMPLES.search(data)
    return Summary(runtime, runtime, float(samples[1]) if samples else None, None, None)


def _epochs(line: bytes) -> int | None:
    """The epochs that were trained, where they were whole ones."""
    match = _EPOCH.search(line)
    epochs = float(match[1]) if match else 0.0
    return round(epochs) if epochs >= 1 and abs(epochs - round(epochs)) < 0.01 else None  # noqa: PLR2004
