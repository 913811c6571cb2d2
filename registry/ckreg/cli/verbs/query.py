"""`ckreg query`: SQL over the registry."""

import csv
import io

import click

from ckreg.adapters.cache import Answer
from ckreg.cli import output
from ckreg.cli.common import Place, at_option, json_option
from ckreg.commands import query as query_command
from ckreg.core.query import EXAMPLE
from ckreg.core.text import printable


@click.command()
@click.argument("sql", required=False)
@at_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values with a header.")
@click.option("--jsonl", "as_jsonl", is_flag=True, help="Print one JSON object a line.")
@click.pass_obj
def command(
    place: Place, /, sql: str | None, *, at: str | None, as_json: bool, as_csv: bool, as_jsonl: bool
) -> None:
    """Ask the registry in SQL, read-only.

    Without SQL: the tables and views there are, with their columns. With --at, documents and history are
    those of a revision or date; what logs and Slurm say of jobs is today's.

    \b
    Example:
      ckreg query 'SELECT run_name, status, outcome FROM run_overview' --csv
      ckreg query --at yesterday 'SELECT * FROM progress'
    """
    if sum((as_json, as_csv, as_jsonl)) > 1:
        raise click.UsageError("Choose one of --json, --csv and --jsonl.")
    if sql is None and at is not None:
        raise click.UsageError("--at goes with a query: `ckreg query --at DATE 'SELECT ...'`.")
    if sql is None:
        _show_tables(place, as_json=as_json)
        return
    answer = query_command.query(place.home(), sql, at)
    if as_json:
        output.emit_json(_objects(answer))
    elif as_jsonl:
        for row in _objects(answer):
            click.echo(output.json_text(row))
    elif as_csv:
        click.echo(_csv(answer), nl=False)
    else:
        output.emit_table(answer.columns, answer.rows)


def _objects(answer: Answer) -> list[dict[str, object]]:
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def _csv(answer: Answer) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (answer.columns, *answer.rows):  # JSON keeps control codes, as escapes
        writer.writerow([printable(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def _show_tables(place: Place, *, as_json: bool) -> None:
    found = query_command.tables(place.home())
    if as_json:
        output.emit_json(found)
        return
    output.emit_table(
        ("Name", "Kind", "Rows", "Columns"),
        [(table.name, table.kind, table.rows, ", ".join(table.columns)) for table in found],
        right={2},
    )
    output.emit()
    output.emit(f"Example: ckreg query '{EXAMPLE}'")
