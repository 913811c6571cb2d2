"""Reads a document back into values, leniently: what is not there is empty (`check` says what is missing)."""

from collections.abc import Iterator

from ckreg.core.markdown import Document, Row, plain, read
from ckreg.core.summary import bullets
from ckreg.core.summary.tables import (
    ALL_RUNS,
    EVALUATIONS,
    FINE_TUNING,
    MATRIX,
    NOTHING,
    TASKS,
    VARIABLES,
    Shape,
    is_stray,
    name,
    tables_of,
    under,
    value,
)
from ckreg.core.summary.values import (
    EvaluationRow,
    Factor,
    FineTuningRow,
    MatrixRow,
    RunRow,
    Summary,
    TaskRow,
)


def parse(text: str) -> Summary:
    """All that ckreg reads out of an experiment's document."""
    return summary_of(read(text))


def summary_of(document: Document) -> Summary:
    """The same of a text that was mapped already."""
    overview = {plain(key): value for key, value in _fields(document, ("Overview",))}
    fine_tuning, evaluations = statuses_of(document)
    return Summary(
        name=_name(document),
        type=overview.get("type"),
        question=overview.get("scientific question"),
        created=overview.get("created"),
        factors=tuple(Factor(factor, _levels(levels)) for _, factor, (levels,) in _rows(document, VARIABLES)),
        runs=tuple(_runs(document)),
        tasks=tuple(
            TaskRow(task, script, dataset, description, line)
            for line, task, (script, dataset, description) in _rows(document, TASKS)
        ),
        matrix=tuple(_matrix(document)),
        configuration=tuple(_fields(document, ("Configuration",))),
        fine_tuning=fine_tuning,
        evaluations=evaluations,
        fields=tuple(bullets.fields(document)),
        models=tuple(bullets.models(document)),
        checkpoints=tuple(bullets.models(document, bullets.CHECKPOINTS_USED)),
        factor_lines=tuple(line for line, _, _ in _rows(document, VARIABLES)),
    )


def _runs(document: Document) -> Iterator[RunRow]:
    """The rows of All Runs; two added columns of one name say nothing."""
    own = {plain(column) for column in ALL_RUNS.columns}
    titles = [title for table in tables_of(document, ALL_RUNS)[:1] for title in table.header.texts]
    others = tuple(dict.fromkeys(title for title in titles if plain(title) not in own | {""}))
    for line, run, cells in _rows(document, ALL_RUNS._replace(columns=(*ALL_RUNS.columns, *others))):
        model, rank, batch, kind, time, *more = cells
        said = ((title, cell) for title, cell in zip(others, more, strict=True) if cell is not None)
        yield RunRow(run, model, rank, batch, kind, time, line, tuple(said))


def statuses_of(document: Document) -> tuple[tuple[FineTuningRow, ...], tuple[EvaluationRow, ...]]:
    """The rows of the two Status tables alone."""
    return (
        tuple(
            FineTuningRow(run, status, job, started, completed, notes, line)
            for line, run, (status, job, started, completed, notes) in _rows(document, FINE_TUNING)
        ),
        tuple(
            EvaluationRow(run, task, epoch, status, job, completed, notes, line)
            for line, run, (task, epoch, status, job, completed, notes) in _rows(document, EVALUATIONS)
        ),
    )


def _name(document: Document) -> str | None:
    for heading in document.headings:
        if not heading.path and plain(heading.title).startswith("experiment"):
            return heading.title.partition(":")[2].strip() or None
    return None


def _fields(document: Document, section: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((field.key, field.value) for field in document.fields if under(field.path, section))


def _rows(document: Document, shape: Shape) -> Iterator[tuple[int, str, tuple[str | None, ...]]]:
    """Each row with a name: its line, the name, and the values of the other columns of `shape`."""
    for table in tables_of(document, shape)[:1]:
        first, *others = [table.column(column) for column in shape.columns]
        for row in table.rows():
            if (key := name(row, first)) and not is_stray(table, row):
                yield row.line, key, _values(row, others)


def _values(row: Row, places: list[int | None]) -> tuple[str | None, ...]:
    """`value` of each of the places."""
    texts, number = row.texts, len(row.texts)
    return tuple(
        [
            None if place is None or place >= number or texts[place] in NOTHING else texts[place]
            for place in places
        ]
    )


def _levels(text: str | None) -> tuple[str, ...]:
    return tuple(level.strip() for level in (text or "").split(",") if level.strip())


def _matrix(document: Document) -> Iterator[MatrixRow]:
    for table in tables_of(document, MATRIX)[:1]:
        first, notes = table.column("Run Name"), table.column("Notes")
        tasks = [
            (place, task) for place, task in enumerate(table.header.texts) if place not in {first, notes}
        ]
        for row in table.rows():
            if (run := name(row, first)) and not is_stray(table, row):
                cells = tuple((task, value(row, place)) for place, task in tasks)
                yield MatrixRow(run, cells, value(row, notes), row.line)
