"""A document with another plan: what differs between two rendered plans is spliced into what people have."""

from ckreg.core.amending.bullets import with_bullets, with_models, with_notes
from ckreg.core.amending.columns import with_columns
from ckreg.core.amending.rows import with_rows
from ckreg.core.markdown import Document, Table, read
from ckreg.core.shown.canonical import canonical_plan
from ckreg.core.shown.changes import changes
from ckreg.core.shown.reading import shown_in
from ckreg.core.summary import parse
from ckreg.core.summary.bullets import CHECKPOINTS_USED
from ckreg.core.summary.tables import (
    ALL_RUNS,
    EVALUATIONS,
    FINE_TUNING,
    MATRIX,
    TASKS,
    VARIABLES,
    Shape,
    tables_of,
)
from ckreg.errors import MalformedError

# The tables with what tells their rows apart.
_KEYS: tuple[tuple[Shape, tuple[str, ...]], ...] = (
    (VARIABLES, ("Factor",)),
    (ALL_RUNS, ("Run Name",)),
    (TASKS, ("Task Name",)),
    (MATRIX, ("Run Name",)),
    (FINE_TUNING, ("Run Name",)),
    (EVALUATIONS, ("Run Name", "Task", "Epoch")),
)


def amended(current: str, before: str, after: str, where: str) -> str:
    """The document `current` with all that differs between the rendered plans `before` and `after`.

    Raises:
        MalformedError: a table, row or bullet that must change is not there, or there twice; or the edited
            document would not show the new plan. The message has the line.
    """
    old, new = read(before), read(after)
    text = with_models(current, old, new, where, CHECKPOINTS_USED)  # while the bullet above them is there
    text = with_models(with_bullets(text, old, new, where), old, new, where)
    for shape, keys in _KEYS:
        source, wanted = _table(old, shape), _table(new, shape)
        if source is None or wanted is None or _same(source, wanted):
            continue
        if shape is MATRIX:
            text = with_columns(text, source, wanted, _the_table(read(text), shape, where), where)
        text = with_rows(text, source, wanted, _the_table(read(text), shape, where), keys, where)
    text = with_notes(text, old, new)
    _refuse_other_meaning(current, text, before, after, where)
    return text


def _same(one: Table, other: Table) -> bool:
    return one.header.texts == other.header.texts and [row.texts for row in one.rows()] == [
        row.texts for row in other.rows()
    ]


def _table(document: Document, shape: Shape) -> Table | None:
    tables = tables_of(document, shape)
    return tables[0] if tables else None


def _the_table(document: Document, shape: Shape, where: str) -> Table:
    tables = tables_of(document, shape)
    if len(tables) != 1:
        place = f"{where}:{tables[1].line}" if tables else where
        raise MalformedError(
            f"{place}: there are {len(tables)} tables under '{shape.title}', and one is to change. "
            f"Mend that first; `ckreg check` says more."
        )
    return tables[0]


def _refuse_other_meaning(current: str, edited: str, before: str, after: str, where: str) -> None:
    """Read the edited document again: what was to change has changed so, and nothing else has."""
    plans = [canonical_plan(shown_in(parse(text))) for text in (current, edited, before, after)]
    done, wanted = changes(plans[0], plans[1]), changes(plans[2], plans[3])
    items = {change.item for change in wanted}
    above = {item[:length] for item in items for length in range(1, len(item))}
    for change in done:
        parts = (change.item[:length] for length in range(1, len(change.item) + 1))
        if change.item not in above and items.isdisjoint(parts):
            raise MalformedError(f"{where}: the document cannot take this change: {change.words}. {_BY_HAND}")
    for change in changes(plans[1], plans[3]):
        if change.item in items:
            raise MalformedError(
                f"{where}: the document cannot take this change: it would differ from the plan in "
                f"{change.words}. {_BY_HAND}"
            )


_BY_HAND = "Nothing was changed. Edit the document by hand, then call `ckreg amend` without options."
