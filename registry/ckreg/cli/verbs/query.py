"""`ckreg query`: SQL over the registry."""

import click

from ckreg.cli import output
from ckreg.cli.common import Place, at_option
from ckreg.cli.formats import Format, emit_rows, format_options
from ckreg.commands import query as query_command
from ckreg.core.query import EXAMPLE


@click.command()
@click.argument("sql", required=False)
@at_option
@format_options(Format.JSON, Format.CSV, Format.JSONL)
@click.pass_obj
def command(place: Place, /, sql: str | None, *, at: str | None, form: Format) -> None:
    """Ask the registry in SQL, read-only.

    Without SQL: the tables and views there are, with their columns. With --at, documents and history are
    those of a revision or date; what logs and Slurm say of jobs is today's.

    \b
    Example:
      ckreg query 'SELECT run_name, status, outcome FROM run_overview' --csv
      ckreg query --at yesterday 'SELECT * FROM progress'
    """
    if sql is None and at is not None:
        raise click.UsageError("--at goes with a query: `ckreg query --at DATE 'SELECT ...'`.")
    if sql is None:
        _show_tables(place, form)
        return
    answer = query_command.query(place.home(), sql, at)
    emit_rows(form, answer.columns, answer.rows)


def _show_tables(place: Place, form: Format) -> None:
    found = query_command.tables(place.home())
    if form == Format.JSON:
        output.emit_json(found)
        return
    emit_rows(
        form,
        ("Name", "Kind", "Rows", "Columns"),
        [(table.name, table.kind, table.rows, ", ".join(table.columns)) for table in found],
    )
    if form == Format.TABLE:
        output.emit()
        output.emit(f"Example: ckreg query '{EXAMPLE}'")
