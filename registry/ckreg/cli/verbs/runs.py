"""`ckreg runs`."""

from collections.abc import Iterable

import click

from ckreg.adapters.cache import Answer
from ckreg.cli.common import Place
from ckreg.cli.formats import Format, emit_rows, format_options, pager_option
from ckreg.cli.output import emit, note, page, table_text
from ckreg.commands.runs import experiment_names, runs
from ckreg.core.asking.names import split_names
from ckreg.core.asking.runs import RunFilters, shortened
from ckreg.core.tabular import numeric_columns, shown
from ckreg.core.units import brief

_SECONDS = "_seconds"
_LEAST = ("elapsed_seconds", "notes")
_WRAPPED = ("notes", "question", "outcome_evidence", "log_path")
_DIGITS = 4
_STATUSES = click.Choice(["pending", "running", "completed", "failed"])


@click.command()
@click.argument("names", nargs=-1, metavar="[RUN]...")
@click.option(
    "--experiment", "-e", multiple=True, metavar="GLOB", help="Of experiments whose name begins so."
)
@click.option("--model", "-m", multiple=True, metavar="GLOB", help="Of this model.")
@click.option("--status", "-s", multiple=True, type=_STATUSES, help="With this status.")
@click.option("--where", "-w", multiple=True, metavar="SQL", help="Of which this is true; all of several.")
@click.option("--since", metavar="DATE", help="Started since; if they have not started, planned since.")
@click.option("--sort", multiple=True, metavar="COLUMN", help="By this column; `-COLUMN`: greatest first.")
@click.option(
    "--columns", "-c", multiple=True, metavar="A,B,...", help="Show these; `all` are all there are."
)
@click.option("--limit", "-n", type=click.IntRange(min=0), metavar="N", help="At most so many.")
@click.option("--count", is_flag=True, help="Print how many there are.")
@pager_option
@format_options(Format.JSON, Format.CSV, Format.JSONL)
@click.pass_obj
def command(  # noqa: PLR0913  # an option each
    place: Place,
    /,
    names: tuple[str, ...],
    *,
    experiment: tuple[str, ...],
    model: tuple[str, ...],
    status: tuple[str, ...],
    where: tuple[str, ...],
    since: str | None,
    sort: tuple[str, ...],
    columns: tuple[str, ...],
    limit: int | None,
    count: bool,
    pager: bool,
    form: Format,
) -> None:
    """Find runs across experiments: plan, status, job, measurements and results in one row.

    A GLOB or RUN may have wildcards, in quotes: 'Llama-3.2-*'. An option given several times means any of
    them. There are columns for every run (status, outcome, elapsed_seconds, ...), each setting of the plan
    (learning_rate, seed, ...) and each result: `accuracy` is the mean over tasks, each after its last
    evaluated epoch, and `TASK.accuracy` that of one task. `ckreg query --describe run_summary` explains them.

    \b
    Example:
      ckreg runs --model 'Llama-3.2-*' --where 'lora_rank >= 16' --sort -accuracy
      ckreg runs --status failed --since 2026-10 --columns run_name,outcome,notes
      ckreg runs -e cap_8L --where 'words.accuracy > 0.9' --count
    """
    home = place.home()
    wanted = RunFilters(
        runs=names,
        experiments=experiment,
        models=model,
        statuses=status,
        where=where,
        since=since,
        sort=tuple(split_names(sort)),
        columns=tuple(split_names(columns)),
        limit=limit,
        count=count,
    )
    answer = runs(home, wanted)
    if form != Format.TABLE:
        emit_rows(form, answer.columns, answer.rows, pager=pager)
    elif count:
        emit(str(answer.rows[0][0]))
    elif answer.rows:
        text = _table(answer, experiment_names(home), chosen=bool(wanted.columns))
        page(text, pager=pager)
    else:
        note("No run is so.")


def _table(answer: Answer, experiments: Iterable[str], *, chosen: bool) -> str:
    """For people: an experiment by as much of its name as it takes to type, seconds in words.

    Columns that a person has not `chosen` may be left out.
    """
    columns, rows = answer
    named = {str(row[columns.index("experiment")]) for row in rows} if "experiment" in columns else set()
    short = shortened(named, experiments)

    def cell(column: str, value: object) -> object:
        if column == "experiment":
            return short[str(value)]
        if column.endswith(_SECONDS) and isinstance(value, int | float):
            return brief(value)
        return None if value is None else shown(value, digits=_DIGITS)

    least = [] if chosen else [columns.index(name) for name in _LEAST if name in columns]
    return table_text(
        [column.removesuffix(_SECONDS) for column in columns],
        [[cell(*pair) for pair in zip(columns, row, strict=True)] for row in rows],
        right=numeric_columns(columns, rows),
        wrap=[place for place, name in enumerate(columns) if name in _WRAPPED],
        optional=least,
        least=least,
    )
