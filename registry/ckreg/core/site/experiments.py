"""The page of one experiment, made from its rows and its document."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ckreg.core.site.curves import CURVE_COLUMNS, curve_cells, curves
from ckreg.core.site.document import Shown, shown
from ckreg.core.site.events import EVENT_COLUMNS, event_cells, events
from ckreg.core.site.experiment_page import ExperimentPage, Result, RunLine
from ckreg.core.site.facts import facts_of
from ckreg.core.site.gantt import BAR_COLUMNS, bar_cells, bars
from ckreg.core.site.limits import Limits
from ckreg.core.site.material import Material, Row
from ckreg.core.site.names import data_file
from ckreg.core.site.run_lines import run_lines
from ckreg.core.site.shared import Cut, Link
from ckreg.core.site.words import number, text, words
from ckreg.core.tabular import as_csv

T = TypeVar("T")
_UNREADABLE = "<p>The document cannot be read: <code>ckreg check</code> says why.</p>"
_RUN_COLUMNS = tuple(name for name in RunLine.__dataclass_fields__ if name != "anchor")
_LONGEST_QUESTION = 1000
_RESULT_COLUMNS = ("run_name", "task", "epoch", "metric", "value", "error")


@dataclass(frozen=True, slots=True)
class Made:
    """A page, and the files with all of what it cuts: their paths in the site, and their texts."""

    page: ExperimentPage
    files: Mapping[str, str]


def experiment(
    material: Material,
    document: str | None,
    file_name: str,
    link_to: Callable[[str], str | None],
    limits: Limits,
) -> Made:
    """The page; `link_to` leads from it to what the document links, `file_name` names its files."""
    files = _Files(file_name)
    facts = facts_of(material)
    read = None if document is None else shown(document, limits, link_to)
    page = ExperimentPage(
        name=words(material.name),
        question=text(material.experiment["question"], _LONGEST_QUESTION),
        type=text(material.experiment["type"]),
        created=text(material.experiment["created"]),
        runs=facts.runs,
        evaluations=facts.evaluations,
        gpu_hours_spent=facts.gpu_hours_spent,
        gpu_hours_planned=facts.gpu_hours_planned,
        last_change=facts.last_change,
        **_tables(material, limits, files),
        summary_html=_UNREADABLE if read is None else read.html,
        contents=() if read is None else read.contents,
        document_cut=_document_cut(files, read, document),
        data=files.links(),
        readable=document is not None,
    )
    return Made(page, files.texts)


def _tables(material: Material, limits: Limits, files: "_Files") -> dict[str, Any]:
    """What the page shows row by row, with what is cut; of what happened and ran, it shows the last."""
    rows, results = list(run_lines(material)), list(_results(material.results))
    happened, chart, drawn = events(material), bars(material), curves(material)
    return {
        "rows": tuple(rows[: limits.rows]),
        "rows_cut": files.cut("runs", rows, limits.rows, _RUN_COLUMNS, lambda: _cells(rows, _RUN_COLUMNS)),
        "events": tuple(_last(happened, limits.events)),
        "events_cut": files.cut(
            "events", happened, limits.events, EVENT_COLUMNS, lambda: event_cells(happened)
        ),
        "gantt": tuple(_last(chart, limits.bars)),
        "gantt_cut": files.cut("starts", chart, limits.bars, BAR_COLUMNS, lambda: bar_cells(chart)),
        "curves": tuple(drawn[: limits.curves]),
        "curves_cut": files.cut("losses", drawn, limits.curves, CURVE_COLUMNS, lambda: curve_cells(material)),
        "results": tuple(results[: limits.results]),
        "results_cut": files.cut(
            "results", results, limits.results, _RESULT_COLUMNS, lambda: _cells(results, _RESULT_COLUMNS)
        ),
    }


def _document_cut(files: "_Files", read: Shown | None, document: str | None) -> Cut | None:
    if read is None or document is None or read.lines >= read.lines_total:
        return None
    return Cut(read.lines, read.lines_total, files.add("document", document, "txt"))


class _Files:
    """The data files that an experiment's page links, as they turn out to be needed."""

    def __init__(self, file_name: str) -> None:
        self._name = file_name
        self.texts: dict[str, str] = {}

    def cut(
        self,
        what: str,
        all_of: Sequence[object],
        most: int,
        columns: Sequence[str],
        cells: Callable[[], Iterable[Sequence[object]]],
    ) -> Cut | None:
        if len(all_of) <= most:
            return None
        return Cut(most, len(all_of), self.add(what, as_csv(columns, cells())))

    def add(self, what: str, content: str, suffix: str = "csv") -> str:
        path = data_file(self._name, what, suffix)
        self.texts[path] = content
        return f"../{path}"

    def links(self) -> tuple[Link, ...]:
        return tuple(Link(path.rpartition("/")[2], f"../{path}") for path in self.texts)


def _cells(found: Iterable[object], columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    return (tuple(getattr(each, column) for column in columns) for each in found)


def _last(found: Sequence[T], most: int) -> Sequence[T]:
    return found[max(0, len(found) - most) :]


def _results(rows: Iterable[Row]) -> Iterator[Result]:
    for row in rows:
        value = row["mean"]
        if isinstance(value, int | float):
            yield Result(
                run_name=words(row["run_name"]),
                task=words(row["task"]),
                epoch=text(row["epoch"]),
                metric=words(row["metric"]),
                value=float(value),
                error=number(row["stderr"]),
            )
