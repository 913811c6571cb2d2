"""The overview: every experiment in a line, and sums over all of them."""

from collections.abc import Iterator, Mapping, Sequence

from ckreg.core.site.facts import Facts, summed, total
from ckreg.core.site.material import Row
from ckreg.core.site.names import PART, data_file, experiment_page, overview_pages
from ckreg.core.site.shared import Cut, Link
from ckreg.core.site.values import ExperimentLine, Overview
from ckreg.core.site.words import local_time, text, words
from ckreg.core.tabular import as_csv
from ckreg.core.units import count

FILE = data_file("registry", "experiments")
_COLUMNS = (
    *("experiment", "type", "question", "created", "runs", "runs_completed", "runs_failed"),
    *("evaluations", "evaluations_completed", "evaluations_failed"),
    *("gpu_hours_spent", "gpu_hours_planned", "last_change"),
)


def overview(
    experiments: Sequence[tuple[Row, Facts]],
    file_names: Mapping[str, str],
    models: Sequence[str],
    part: int,
    most: int,
) -> Overview:
    """A part of all experiments, those created last first; `most` of them are shown."""
    lines = sorted(_lines(experiments, file_names), key=_age, reverse=True)
    own = lines[part * PART : (part + 1) * PART]
    runs = summed(line.runs for line in lines)
    return Overview(
        experiments=tuple(own[:most]),
        cut=Cut(most, len(own), FILE) if len(own) > most else None,
        experiments_total=len(lines),
        runs=runs,
        evaluations=summed(line.evaluations for line in lines),
        gpu_hours_spent=total(line.gpu_hours_spent for line in lines),
        gpu_hours_planned=total(line.gpu_hours_planned for line in lines),
        models=tuple(words(model) for model in models),
        parts=tuple(_parts(len(lines), part)),
    )


def _parts(experiments: int, current: int) -> Iterator[Link]:
    pages = overview_pages(experiments)
    for number, page in enumerate(pages if len(pages) > 1 else ()):
        last = min((number + 1) * PART, experiments)
        yield Link(f"{count(number * PART + 1)} to {count(last)}", page, current=number == current)


def overview_file(experiments: Sequence[tuple[Row, Facts]], file_names: Mapping[str, str]) -> str:
    """The same for all experiments as CSV."""
    return as_csv(_COLUMNS, (_cells(line) for line in _lines(experiments, file_names)))


def _lines(
    experiments: Sequence[tuple[Row, Facts]], file_names: Mapping[str, str]
) -> Iterator[ExperimentLine]:
    for row, facts in experiments:
        yield ExperimentLine(
            name=words(row["name"]),
            href=experiment_page(file_names[str(row["name"])]),
            type=text(row["type"]),
            question=text(row["question"]),
            created=text(row["created"], 40),
            runs=facts.runs,
            evaluations=facts.evaluations,
            gpu_hours_spent=facts.gpu_hours_spent,
            gpu_hours_planned=facts.gpu_hours_planned,
            last_change=facts.last_change,
            readable=facts.readable,
        )


def _age(line: ExperimentLine) -> tuple[str, str]:
    """When it was created, as the document says, else when it last changed; then by name."""
    created = local_time(line.created) or line.last_change
    return ("" if created is None else created.isoformat(), line.name)


def _cells(line: ExperimentLine) -> tuple[object, ...]:
    return (
        *(line.name, line.type, line.question, line.created),
        *(line.runs.total, line.runs.completed, line.runs.failed),
        *(line.evaluations.total, line.evaluations.completed, line.evaluations.failed),
        *(line.gpu_hours_spent, line.gpu_hours_planned, line.last_change),
    )
