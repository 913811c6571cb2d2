"""What the header of an inspect-ai `.eval` file says of the evaluation."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ckreg.core.measure.ends.outcome import TRACEBACK, fatal_verdict, shown
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, Verdict
from ckreg.core.measure.place import place_of

_OUTCOMES = {
    "success": Outcome.COMPLETED,
    "cancelled": Outcome.CANCELLED,
    "error": Outcome.FAILED,
    "started": Outcome.INCOMPLETE,
}


def read_header(header: str, *, log_path: str, logged: int) -> Measurement:
    """The evaluation that a `header.json` (or `_journal/start.json`) describes; `logged` are its samples.

    Raises:
        ValueError: the text is no JSON object.
    """
    values = json.loads(header)
    if not isinstance(values, dict):
        raise ValueError("the header is no JSON object")  # noqa: TRY004  # the text is wrong, not our types
    evaluation, results = _mapping(values, "eval"), _mapping(values, "results")
    verdict = _verdict(values)
    total, done = _total(evaluation, results), _int(results, "completed_samples")
    seconds = _seconds(_mapping(values, "stats"))
    if done is None and verdict.outcome is Outcome.INCOMPLETE:
        done = logged  # after an error, samples that it broke off lie there too
    per_sample = seconds / done if seconds and done else None
    measured = Measurement(
        log_path=log_path,
        framework=Framework.INSPECT_AI,
        kind=Kind.EVAL,
        model=_text(evaluation, "model"),
        dataset=(_text(evaluation, "task") or "").rpartition("/")[2] or None,
        samples_total=total,
        samples_done=done,
        seconds_per_sample=per_sample,
        samples_per_second=1 / per_sample if per_sample else None,
        seen_seconds=seconds,
        elapsed_seconds=seconds,
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )
    place = place_of(log_path)
    return replace(measured, experiment=place.experiment, run_name=place.run_name)


def _verdict(values: Mapping[str, object]) -> Verdict:
    """Its status, and of an error the message; a file that only `start.json` was written to has no status."""
    status = _text(values, "status")
    message = _text(_mapping(values, "error"), "message")
    if message:
        verdict = fatal_verdict(TRACEBACK + b"\n" + message.encode(errors="replace"))
        return verdict or Verdict(Outcome.FAILED, shown(message.encode(errors="replace")))
    if status is None:
        return Verdict(Outcome.INCOMPLETE, "no header.json")
    return Verdict(
        _OUTCOMES.get(status, Outcome.UNKNOWN), shown(f'"status": "{status}"'.encode(errors="replace"))
    )


def _total(evaluation: Mapping[str, object], results: Mapping[str, object]) -> int | None:
    """Samples over all epochs; the dataset may have more than were asked for."""
    total = _int(results, "total_samples")
    if total is not None:
        return total
    dataset, config = _mapping(evaluation, "dataset"), _mapping(evaluation, "config")
    ids = dataset.get("sample_ids")
    samples = len(ids) if isinstance(ids, list) else _int(dataset, "samples")
    return samples * (_int(config, "epochs") or 1) if samples is not None else None


def _seconds(stats: Mapping[str, object]) -> float | None:
    """From the start to the end; inspect-ai leaves a time empty that did not come."""
    try:
        start, end = (
            datetime.fromisoformat(_text(stats, key) or "") for key in ("started_at", "completed_at")
        )
        seconds = (end - start).total_seconds()
    except (ValueError, TypeError):  # TypeError: one of them has no zone
        return None
    return seconds if seconds >= 0 else None


def _mapping(values: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def _text(values: Mapping[str, object], key: str) -> str | None:
    value = values.get(key)
    return value if isinstance(value, str) and value else None


def _int(values: Mapping[str, object], key: str) -> int | None:
    value = values.get(key)
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return value if fits else None  # type: ignore[return-value]  # it is an int
