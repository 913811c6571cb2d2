"""What a commit's message tells of status changes; anybody may write into one, so that all of it is data."""

import json
from collections.abc import Iterator

from ckreg.core.status import StatusEvent
from ckreg.core.text import LINE_END

TRAILER = "Ckreg-Status: "


def told_events(message: str, commit: str, author: str) -> Iterator[StatusEvent]:
    """The status changes that the trailers tell, in their order; what ckreg does not write is passed over."""
    if TRAILER not in message:
        return
    for line in LINE_END.split(message):
        if line.startswith(TRAILER) and (event := told_event(line.removeprefix(TRAILER), commit, author)):
            yield event


def trailer_value(message: str, name: str) -> str | None:
    """The text behind the first line that begins with `name: `."""
    lines = (line for line in LINE_END.split(message) if line.startswith(f"{name}: "))
    return next((line.removeprefix(f"{name}: ").strip() for line in lines), None)


def told_event(text: str, commit: str, author: str) -> StatusEvent | None:
    """The status change that one trailer's JSON tells; None where it is not what ckreg writes."""
    try:
        told = json.loads(text)
        return StatusEvent(
            commit=commit,
            author=author,
            id=str(told["id"]),
            experiment=str(told["experiment"]),
            run=str(told["run"]),
            at=str(told["at"]),
            task=_text(told.get("task")),
            epoch=_text(told.get("epoch")),
            from_status=_text(told.get("from")),
            to_status=_text(told.get("to")),
            job=_text(told.get("job")),
            by=_text(told.get("by")),
            evidence=_text(told.get("evidence")),
            forced=bool(told.get("forced")),
            overtaken=_text(told.get("overtaken")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
