"""Applies many requests to one document at once, where each is about a row of its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ckreg.adapters.git import Texts
from ckreg.core.overtaken import is_overtaken
from ckreg.core.status import StatusEvent, StatusRequest
from ckreg.core.summary.edit import changed_cells, key_of, old_status
from ckreg.core.summary.many import Sheet, with_rows
from ckreg.core.summary.rows import RowKey
from ckreg.core.update import Update
from ckreg.errors import CkregError

WORTH_IT = 8
"""Of fewer requests each may as well be applied alone."""

Edits = list[tuple[RowKey, Mapping[str, str]]]


def together(
    texts: Texts, requests: Sequence[StatusRequest], events: Iterable[StatusEvent], now: datetime, where: str
) -> tuple[Texts, dict[str, Update]]:
    """The document with those requests applied that are plain, and what they change, by their ids.

    What is refused, overtaken, or about a row that another one is about, is left for later.
    """
    if texts.committed is None or texts.working is None or len(requests) < WORTH_IT:
        return texts, {}
    try:
        edits, updates = _found(texts.committed, requests, events, now, where)
        return texts.map(lambda text: None if text is None else with_rows(text, edits, where)), updates
    except CkregError:
        return texts, {}


def _found(
    text: str, requests: Sequence[StatusRequest], events: Iterable[StatusEvent], now: datetime, where: str
) -> tuple[Edits, dict[str, Update]]:
    sheet = Sheet(text, where)
    of_run: defaultdict[str, list[StatusEvent]] = defaultdict(list)
    for event in events:
        of_run[event.run].append(event)
    edits: Edits = []
    updates: dict[str, Update] = {}
    lines: set[int] = set()
    for request in requests:
        try:
            row = sheet.find(key_of(request))
            if row.row.line in lines:
                continue
            lines.add(row.row.line)
            old = row.value("Status") or ""
            known = old_status(row, where) if request.status is not None else None
            if known and is_overtaken(row, known, request, of_run[request.run], now):
                continue
            cells = changed_cells(row, request, where)
        except CkregError:
            continue
        job = cells.get("Job ID", row.value("Job ID"))
        updates[request.id] = Update(request, cells, old, cells.get("Status", old), job)
        edits.append((key_of(request), cells))
    return edits, updates
