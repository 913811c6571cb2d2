"""The names of runs, tasks and epochs that stand in a document's tables, whichever they are."""

from collections.abc import Iterator

from ckreg.core.markdown import Document, unmarked

_NONE = ("", "-")


def runs(document: Document) -> Iterator[str]:
    """All runs, planned or with a status."""
    return (run for [run] in _cells(document, "Run Name"))


def tasks(document: Document, run: str | None) -> Iterator[str]:
    """The tasks on which a run is evaluated; all tasks where no run was named."""
    for of_run, task in _cells(document, "Run Name", "Task"):
        if run in (None, of_run):
            yield task
    if run is None:
        for [task] in _cells(document, "Task Name"):
            yield task


def epochs(document: Document, run: str | None, task: str | None) -> Iterator[str]:
    """The epochs of the evaluations; `best (1)` is asked for as `best`."""
    for of_run, of_task, epoch in _cells(document, "Run Name", "Task", "Epoch"):
        if run in (None, of_run) and task in (None, of_task):
            yield epoch.split(" ")[0]


def _cells(document: Document, *columns: str) -> Iterator[list[str]]:
    """The cells under these headers in every table that has them all; the last of them is not empty."""
    for table in document.tables:
        places = [place for column in columns if (place := table.column(column)) is not None]
        if len(places) < len(columns):
            continue
        for row in table.rows():
            if len(row.texts) > max(places) and row.texts[places[-1]] not in _NONE:
                yield [unmarked(row.texts[place]) for place in places]
