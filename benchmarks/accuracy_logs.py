"""Compares what ckreg reads in job logs with labels made by hand: for `accuracy.py`."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from accuracy_reasons import REASONS

from ckreg.core.measure import Measurement, read_log

VARIABLE = "ACCURACY_LOGS"
NO_REASON = "**not explained**"
INTRODUCTION = """\
## What it reads in job logs, against labels made by hand

From {logs} real job logs, each labelled by hand with what a careful engineer reads
in its text. Where a label names several acceptable outcomes or frameworks, each counts as right. Of a file
with several jobs, the one that went furthest is compared. Numbers of steps and samples must be exact; speed
must agree within 5 %, sizes within rounding. `labelled` counts the logs whose labels speak of the subject,
`beyond` those whose labels are silent, but in which ckreg read something.
"""

Label = Mapping[str, Any]


class Subject(NamedTuple):
    """Something that a label says of a log: what it expects (None: nothing), what was read, if that fits."""

    name: str
    expected: Callable[[Label], Any]
    read: Callable[[Sequence[Measurement]], Any]
    agree: Callable[[Any, Any], bool]
    asked: float | None = None


class Miss(NamedTuple):
    """A log of which something else was read than its label says."""

    file: str
    subject: str
    expected: str
    read: str
    reason: str


class Score(NamedTuple):
    """How often a subject was right, of the logs whose labels speak of it; `unlabelled` were read besides."""

    subject: Subject
    right: int
    labelled: int
    unlabelled: int


def read_labels(logs: Path) -> list[Label]:
    """The labels, in the order of their files' names."""
    try:
        text = (logs / "LABELS.jsonl").read_text(encoding="utf-8")
    except OSError as error:
        sys.exit(
            f"{logs / 'LABELS.jsonl'}: {error.strerror}. Accuracy is measured on a collection of labelled "
            f"job logs: name its folder with --logs or in ${VARIABLE}."
        )
    return sorted(map(json.loads, filter(str.strip, text.split("\n"))), key=lambda label: str(label["file"]))


def print_summary(scores: Sequence[Score], misses: Sequence[Miss]) -> None:
    """Each subject's share on the terminal, and reasons that explain no miss any more."""
    for each in scores:
        counts = f"{each.right:>4} of {each.labelled:>3}  {_share(each):>7}"
        print(f"{each.subject.name:<32}{counts}  {_verdict(each)}")
    print(f"{len(misses)} misses, listed with their reasons in the report")
    for file, subject in sorted(set(REASONS) - {(miss.file, miss.subject) for miss in misses}):
        print(f"no miss any more: {subject} of {file}; take its reason off the list", file=sys.stderr)


def measure(logs: Path, label: Label) -> tuple[Measurement, ...]:
    """All jobs that are seen in the label's log."""
    return read_log((logs / label["file"]).read_bytes(), log_path=label["file"])


def main_job(measured: Sequence[Measurement]) -> Measurement:
    """Of several jobs in a file the one that a label speaks of: that went furthest, the last of equals."""
    indexed = enumerate(measured or (Measurement(log_path=""),))
    return max(indexed, key=lambda pair: (pair[1].steps_done or 0, pair[1].samples_done or 0, pair[0]))[1]


def score(
    labels: Sequence[Label], measured: Sequence[tuple[Measurement, ...]]
) -> tuple[list[Score], list[Miss]]:
    """Every subject over all logs, and each miss with its reason."""
    scores, misses = [], []
    for subject in SUBJECTS:
        right = labelled = unlabelled = 0
        for label, jobs in zip(labels, measured, strict=True):
            expected = subject.expected(label)
            read = subject.read(jobs)
            if expected is None:
                unlabelled += read is not None
                continue
            labelled += 1
            if subject.agree(expected, read):
                right += 1
            else:
                reason = REASONS.get((label["file"], subject.name), NO_REASON)
                misses.append(Miss(label["file"], subject.name, _shown(expected), _shown(read), reason))
        scores.append(Score(subject, right, labelled, unlabelled))
    return scores, sorted(misses)


def report(scores: Sequence[Score], misses: Sequence[Miss], logs: int) -> str:
    """What docs/accuracy.md says of it."""
    lines = [
        INTRODUCTION.format(logs=logs),
        "| Subject | right | labelled | share | asked | beyond |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {each.subject.name} | {each.right} | {each.labelled} | {_share(each)} "
            f"| {_percent(each.subject.asked)} | {each.unlabelled} |"
            for each in scores
        ),
        "",
        "### Every miss",
        "",
        "| Log | Subject | Label | Read | Reason |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(map(_cell, miss))} |" for miss in misses),
    ]
    return "\n".join(lines) + "\n"


def _one_of(key: str, also: str) -> Callable[[Label], Any]:
    return lambda label: (label[key], *label.get(also, ()))


def _key(key: str) -> Callable[[Label], Any]:
    return lambda label: None if key in label.get("not_in_log", ()) else label.get(key)


def _models(label: Label) -> Any:  # noqa: ANN401  # a label's value
    model = _key("model")(label)
    return None if model is None else (model, *label.get("also_acceptable_models", ()))


def _job_ids(label: Label) -> Any:  # noqa: ANN401  # a label's value
    name = label.get("filename_job_id")
    return tuple(filter(None, (name, *label.get("job_ids", ())))) or None


def _samples(label: Label) -> Any:  # noqa: ANN401  # a label's value
    samples = _key("eval_samples")(label)
    return samples * (label.get("extra") or {}).get("eval_epochs", 1) if samples else None


def _seconds_per_sample(label: Label) -> Any:  # noqa: ANN401  # a label's value
    seconds, done = _key("eval_total_s")(label), _key("eval_samples_done")(label)
    return seconds / done if seconds and done else None


def _equal(expected: object, read: object) -> bool:
    return expected == read


def _among(expected: Sequence[object], read: object) -> bool:
    return read in expected


def _within(share: float, least: float = 0.0) -> Callable[[Any, Any], bool]:
    return lambda expected, read: (
        read is not None and abs(read - expected) <= max(least, share * expected) + 1e-9
    )


def _field(name: str) -> Callable[[Sequence[Measurement]], Any]:
    return lambda jobs: getattr(main_job(jobs), name)


SUBJECTS = (
    Subject("outcome", _one_of("outcome", "also_acceptable_outcomes"), _field("outcome"), _among, 0.95),
    Subject(
        "framework", _one_of("framework", "also_acceptable_frameworks"), _field("framework"), _among, 0.97
    ),
    Subject("kind", _key("kind"), _field("kind"), _equal),
    Subject("steps done", _key("train_steps_done"), _field("steps_done"), _equal, 0.95),
    Subject("steps in all", _key("train_steps_total"), _field("steps_total"), _equal, 0.95),
    Subject(
        "steady seconds per step",
        _key("steady_seconds_per_step"),
        _field("seconds_per_step"),
        _within(0.05),
        0.9,
    ),
    Subject(
        "peak GPU memory", _key("peak_gpu_mem_gib"), _field("peak_gpu_mem_gib"), _within(0.001, 0.005), 1.0
    ),
    Subject("checkpoint size", _key("checkpoint_gib"), _field("checkpoint_gib"), _within(0.001, 0.005), 1.0),
    Subject(
        "seconds of the last save",
        _key("checkpoint_save_s"),
        _field("checkpoint_seconds"),
        _within(0.001, 0.005),
    ),
    Subject(
        "tokens per second per GPU",
        _key("tokens_per_s_per_gpu"),
        _field("tokens_per_second_per_gpu"),
        _within(0.001),
    ),
    Subject("samples of an evaluation", _samples, _field("samples_total"), _equal),
    Subject("samples evaluated", _key("eval_samples_done"), _field("samples_done"), _equal),
    # inspect-ai prints whole seconds.
    Subject("seconds per evaluated sample", _seconds_per_sample, _field("seconds_per_sample"), _within(0.05)),
    Subject("model", _models, _field("model"), _among),
    Subject("batch size", _key("batch_size"), _field("batch_size"), _equal),
    Subject("gradient accumulation", _key("grad_accum"), _field("grad_accum"), _equal),
    Subject("LoRA rank", _key("lora_rank"), _field("lora_rank"), _equal),
    Subject("epochs", _key("epochs_total"), _field("epochs"), _equal),
    Subject("packed", _key("packed"), _field("packed"), _equal),
    Subject("GPUs", _key("n_gpus"), _field("n_gpus"), _equal),
    Subject("job id", _job_ids, _field("job_id"), _among),
    Subject("jobs in the file", _key("jobs_in_file"), len, _equal),
)


def _share(each: Score) -> str:
    return _percent(each.right / each.labelled if each.labelled else None)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _verdict(each: Score) -> str:
    if each.subject.asked is None or not each.labelled:
        return ""
    asked = f"(asked {each.subject.asked:.0%})"
    return f"{'enough' if each.right / each.labelled >= each.subject.asked else 'TOO FEW'} {asked}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " or ".join(map(_shown, value))
    if value is None:
        return "nothing"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
