"""`ckreg query`: SQL over the registry."""

from collections.abc import Sequence

import click

from ckreg.cli import output
from ckreg.cli.answers.query import Described
from ckreg.cli.common import Place, at_option
from ckreg.cli.formats import Format, emit_rows, format_options, pager_option
from ckreg.commands import query as query_command
from ckreg.core.asking.placeholders import value_of
from ckreg.core.query import EXAMPLE
from ckreg.core.saved_queries import SavedQuery


@click.command()
@click.argument("sql", required=False, metavar="[SQL|NAME]")
@click.option(
    "--param", "-p", "words", multiple=True, metavar="NAME=VALUE", help="The value of `:NAME` in it."
)
@click.option("--describe", metavar="TABLE", help="What a table or view tells, column by column.")
@at_option
@pager_option
@format_options(Format.JSON, Format.CSV, Format.JSONL)
@click.pass_obj
def command(  # noqa: PLR0913  # an option each
    place: Place,
    /,
    sql: str | None,
    *,
    words: Sequence[str],
    describe: str | None,
    at: str | None,
    pager: bool,
    form: Format,
) -> None:
    """Ask the registry in SQL, read-only, or with a query that settings have saved by name.

    Without SQL: the tables and views there are, and the saved queries. Those are in `ckreg.toml`, or in your
    own config: under `[queries]`, a line `failed = "SELECT ..."`. With --at, documents and history are those
    of a revision or date; what logs and Slurm say of jobs is today's.

    \b
    Example:
      ckreg query 'SELECT run_name, status, outcome FROM run_summary' --csv
      ckreg query 'SELECT * FROM runs WHERE model GLOB :model' --param model='*-1B*'
      ckreg query --at yesterday 'SELECT * FROM progress'
    """
    if describe is not None:
        _describe(describe, form)
    elif sql is None:
        if at is not None or words:
            raise click.UsageError("--at and --param go with a query: `ckreg query --at DATE 'SELECT ...'`.")
        _show_tables(place, form)
    else:
        answer = query_command.query(place.home(), sql, at, _values(words))
        emit_rows(form, answer.columns, answer.rows, pager=pager)


def _values(words: Sequence[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--param takes NAME=VALUE, not {word!r}.")
        values[name.lstrip(":")] = value_of(value)
    return values


def _describe(name: str, form: Format) -> None:
    told = query_command.describe(name)
    if form == Format.JSON:
        output.emit_json(Described(name=name, description=told.text, columns=dict(told.columns)))
        return
    if form == Format.TABLE:
        output.emit(f"{name}: {told.text}")
        output.emit()
    emit_rows(form, ("Column", "Meaning"), list(told.columns.items()))


def _show_tables(place: Place, form: Format) -> None:
    home = place.home()
    found = query_command.tables(home)
    if form == Format.JSON:
        output.emit_json(found)
        return
    emit_rows(
        form,
        ("Name", "Kind", "Rows", "What it tells"),
        [(table.name, table.kind, table.rows, table.description) for table in found],
    )
    if form == Format.TABLE:
        _show_saved(query_command.saved_queries(home))


def _show_saved(saved: Sequence[SavedQuery]) -> None:
    if saved:
        output.emit()
        rows = [(one.name, one.description or one.sql, one.place) for one in saved]
        output.emit_table(("Saved query", "What it asks", "Where"), rows, wrap={1})
    output.emit()
    output.emit("Columns: ckreg query --describe run_summary")
    output.emit(f"Example: ckreg query '{EXAMPLE}'")
