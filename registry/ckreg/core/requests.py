"""Status requests as JSON: what the spool keeps and `--from-json` reads, and what can be wrong with one."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from ckreg.core.status import Source, Status, StatusRequest
from ckreg.errors import MalformedError

LONGEST = 10_000  # characters of a note or of evidence; a table is to be read by people
_LONGEST_NAME = 255  # bytes that file systems allow
_YEARS = range(1971, 9999)  # on both sides of them the time in another zone may not be a time
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # a file is named so
_JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+\[\]-]{0,63}|-")
_EPOCH = re.compile(r"\d{1,6}|best|-")
_RESOLVED = re.compile(r"\d{1,6}")
_KEYS = {field.name for field in fields(StatusRequest)}
# As the options of `ckreg status set` are called; trailers have the other names.
_OPTIONS = {"job_id": "job", "force": "forced"}


def as_told(request: StatusRequest) -> dict[str, object]:
    """The request as JSON keeps it."""
    started = request.started.isoformat() if request.started else None
    return {**asdict(request), "at": request.at.isoformat(), "started": started}


def from_told(told: object) -> StatusRequest:
    """The request that JSON tells, looked at closely: anybody may have written it.

    Raises:
        MalformedError: it is none; the message says what is wrong.
    """
    if not isinstance(told, dict):
        raise MalformedError("a request is a JSON object")
    if unknown := sorted(set(told) - _KEYS):
        known = ", ".join(sorted((_KEYS - set(_OPTIONS.values()) - {"id"}) | set(_OPTIONS)))
        raise MalformedError(f"{unknown[0]!r} is not known here; known are {known}")
    request = _typed(told)
    if wrong := fault(request):
        raise MalformedError(wrong)
    return request


def from_line(line: str, request_id: str, now: datetime) -> StatusRequest:
    """The request on one line of `--from-json`; its keys are the options' names, `at` is `now` if not given.

    Raises:
        MalformedError: it is none; the message says what is wrong.
    """
    told = parsed(line)
    if not isinstance(told, dict):
        raise MalformedError(
            'a change is a JSON object, such as {"experiment": ..., "run": ..., "status": ...}'
        )
    if "id" in told:
        raise MalformedError("'id' is given by ckreg; leave it out")
    named = {_OPTIONS.get(str(key), str(key)): value for key, value in told.items()}
    for key in ("epoch", "resolved"):
        if _is_number(named.get(key)):
            named[key] = str(named[key])
    return from_told({"at": now.isoformat()} | named | {"id": request_id})


def parsed(text: str) -> Any:  # noqa: ANN401  # JSON may be anything
    """What a JSON text says.

    Raises:
        MalformedError: it is no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "nested or numbered beyond reason"
        raise MalformedError(f"this is no JSON: {reason}") from None


def fault(request: StatusRequest) -> str | None:
    """What cannot be about a request, as far as that shows without its document; None if nothing."""
    return _wrong_name(request) or _wrong_text(request) or _wrong_wish(request)


def _wrong_name(request: StatusRequest) -> str | None:
    name = request.experiment
    if not _ID.fullmatch(request.id):
        return f"{request.id[:80]!r} is not the id of a request"
    printable = name.isprintable() and len(name.encode(errors="replace")) <= _LONGEST_NAME
    if name in {"", ".", ".."} or "/" in name or not printable:
        return f"{name[:80]!r} is not the name of an experiment"
    return None


def _wrong_text(request: StatusRequest) -> str | None:
    texts = {"run": request.run, "task": request.task, "note": request.note, "evidence": request.evidence}
    for key, text in texts.items():
        if len(text or "") > LONGEST:
            return f"the {key} has {len(text or ''):,} characters; at most {LONGEST:,} are taken"
        if not _is_text(text or ""):
            return f"the {key} is not UTF-8"
    for time in (request.at, request.started or request.at):
        if time.utcoffset() is None or time.year not in _YEARS:
            return f"{time.isoformat()} is no time with a zone, such as 2025-10-22T14:23:15+02:00"
    return None


def _wrong_wish(request: StatusRequest) -> str | None:
    if all(part is None for part in (request.status, request.job, request.note, request.resolved)):
        return "There is nothing to set: give --status, --job-id, --note or --resolved."
    if request.job is not None and not _JOB_ID.fullmatch(request.job):
        return f"{request.job[:80]!r} is not a job id; Slurm's look like 12345 or 12345_7."
    if request.epoch is not None and not _EPOCH.fullmatch(request.epoch):
        return f"{request.epoch[:80]!r} is not an epoch; give its number from 0 on, or `best`."
    if request.resolved is not None and not _RESOLVED.fullmatch(request.resolved):
        return f"{request.resolved[:80]!r} is not the number of an epoch."
    if (request.epoch is not None or request.resolved is not None) and request.task is None:
        return "--epoch and --resolved are for evaluations: give --task with them."
    return None


def _typed(told: Mapping[str, Any]) -> StatusRequest:
    for key in ("id", "experiment", "run", "at"):
        if not isinstance(told.get(key), str):
            raise MalformedError(f"{key!r} is missing, or is no text")
    for key in _KEYS - {"forced"}:
        if not isinstance(told.get(key), str | None):
            raise MalformedError(f"{key!r} is no text")
    if not isinstance(told.get("forced", False), bool):
        raise MalformedError("'force' is neither true nor false")
    status, by = told.get("status"), told.get("by") or Source.PERSON
    if status is not None and status not in set(Status):
        raise MalformedError(f"{status[:80]!r} is none of {', '.join(Status)}")
    if by not in set(Source):
        raise MalformedError(f"{by[:80]!r} is none of {', '.join(Source)}")
    typed = {"at": _time(told["at"]), "status": None if status is None else Status(status), "by": Source(by)}
    started = _time(told["started"]) if told.get("started") else None
    return StatusRequest(**{**told, **typed, "started": started})


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise MalformedError(f"{text[:80]!r} is no time, such as 2025-10-22T14:23:15+02:00") from None


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
