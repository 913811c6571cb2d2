"""`prior-runs.jsonl`: what was measured of each job, one line a job, so that it outlives the logs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple

from ckreg.core.measure.measurement import Measurement, Outcome
from ckreg.core.scheduler import Job
from ckreg.core.text import LINE_END
from ckreg.core.typed_values import checked, no_number, types_of

_LOGS_OWN_WORD = {"log_outcome": str, "log_outcome_evidence": str, "log_elapsed_seconds": float}
_NOT_FINAL = {Outcome.UNKNOWN, Outcome.INCOMPLETE}
_ABOUT_THE_LOG = ("log_path", "fingerprint", "reader_version")
_JOB = "job"

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PriorRun:
    """A measured job: its log, the columns of `measurements` that are known, and the scheduler's facts.

    `log_path` is relative to the scratch folder where the log lay under it.
    """

    log_path: str
    fingerprint: str
    reader_version: int
    measured: Values
    job: Values | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells jobs apart: ids are used again, so cluster and submit time belong to them.

        Where no scheduler was asked the log's folder stands for these, without an id the log's content.
        """
        told, job_id = self.job or {}, self.measured.get("job_id")
        part = (self.measured.get("segment", 0), PurePath(self.log_path).suffix)
        if job_id and told.get("submitted"):
            return "submitted", told.get("cluster"), job_id, told["submitted"], *part
        if job_id:
            return "folder", str(PurePath(self.log_path).parent), job_id, *part
        return "content", self.fingerprint, *part

    @property
    def content(self) -> tuple[object, ...]:
        """The same log has it wherever it lies, and whatever is known of its job by now."""
        return self.fingerprint, self.measured.get("job_id"), self.measured.get("segment", 0)

    @property
    def worth(self) -> tuple[object, ...]:
        """Of two lines on one job the one of more worth is kept."""
        ended = self.measured.get("outcome") not in _NOT_FINAL
        return ended, self.job is not None, self.reader_version, len(self.measured)


class Fault(NamedTuple):
    """A line that is no prior run, and why."""

    line: int
    reason: str


class Read(NamedTuple):
    """The prior runs of a text, each job once, and the lines that were passed over."""

    runs: tuple[PriorRun, ...]
    faults: tuple[Fault, ...]


def read_prior_runs(text: str) -> Read:
    """Read the lines; of several on one job (as after a union merge) the best counts."""
    found, faults = [], []
    for number, line in enumerate(LINE_END.split(text), 1):
        if line.strip():
            try:
                found.append(_run(json.loads(line, parse_constant=no_number)))
            except (ValueError, RecursionError) as error:
                faults.append(Fault(number, _reason(error)))
    return Read(_each_once(found), tuple(faults))


def with_prior_runs(text: str | None, runs: Iterable[PriorRun]) -> str:
    """The text with a line for each run; a line that is there gives way only to one of more worth.

    Lines that cannot be read stay.
    """
    lines = [line for line in LINE_END.split(text or "") if line.strip()]
    strange = []
    for line in lines:
        try:
            _run(json.loads(line, parse_constant=no_number))
        except (ValueError, RecursionError):
            strange.append(line)
    known = read_prior_runs(text or "").runs
    merged = _each_once([*known, *runs])
    if merged == known and len(known) + len(strange) == len(lines):
        return text or ""
    return "".join(f"{line}\n" for line in [*map(_line, merged), *strange])


def _each_once(runs: Iterable[PriorRun]) -> tuple[PriorRun, ...]:
    """Each job once, in the place where it came first."""
    kept: list[PriorRun] = []
    places: dict[tuple[object, ...], int] = {}
    for run in runs:
        place = next((places[key] for key in (run.key, ("log", *run.content)) if key in places), len(kept))
        if place == len(kept):
            kept.append(run)
        elif run.worth > kept[place].worth:
            kept[place] = run
        places[run.key] = places["log", *run.content] = place
    return tuple(kept)


def _line(run: PriorRun) -> str:
    values: dict[str, object] = {name: getattr(run, name) for name in _ABOUT_THE_LOG}
    values |= {name: run.measured[name] for name in _TYPES if run.measured.get(name) is not None}
    if run.job:
        values[_JOB] = {name: value for name, value in run.job.items() if value is not None}
    return json.dumps(values)


def _run(values: object) -> PriorRun:
    """The prior run of a line's values.

    Raises:
        ValueError: they are not those of one.
    """
    if not isinstance(values, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  # the reason that the person reads
    log_path, fingerprint = (checked(values, name, (str,)) for name in _ABOUT_THE_LOG[:2])
    version = checked(values, "reader_version", (int,))
    for name in ("log_path", "fingerprint", "reader_version", "framework", "outcome", "kind"):
        if values.get(name) is None:
            raise ValueError(f"{name} is missing")
    measured = {
        name: value for name, types in _TYPES.items() if (value := checked(values, name, types)) is not None
    }
    job = values.get(_JOB)
    if job is not None and not isinstance(job, dict):
        raise ValueError("job is no JSON object")
    told = {name: checked(job, name, types) for name, types in _JOB_TYPES.items()} if job else None
    return PriorRun(str(log_path), str(fingerprint), int(str(version)), measured, told)


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is no JSON (column {error.colno}: {error.msg})"
    return str(error) if isinstance(error, ValueError) else "it is nested too deeply"


_TYPES = {name: types for name, types in types_of(Measurement).items() if name != "log_path"} | {
    name: (kind,) for name, kind in _LOGS_OWN_WORD.items()
}
_JOB_TYPES = types_of(Job)
