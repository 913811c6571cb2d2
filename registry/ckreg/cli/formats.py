"""The forms in which a command gives its rows: `--format`, and the short words for some of them."""

import functools
from collections.abc import Callable, Collection, Sequence
from enum import StrEnum

import click

from ckreg.cli import output


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    LATEX = "latex"


_SHORTCUTS = {
    Format.JSON: "Print the result as JSON.",
    Format.CSV: "Print comma-separated values with a header.",
    Format.JSONL: "Print one JSON object a line.",
}

Command = Callable[..., object]


def format_options(*shortcuts: Format) -> Callable[[Command], Command]:
    """Options for the form of what is printed; the command takes it as `form`, a `Format`."""

    def add(function: Command) -> Command:
        @functools.wraps(function)
        def chosen(*words: object, form: str | None, **options: object) -> object:
            asked = {Format(form)} if form else set()
            asked |= {short for short in shortcuts if options.pop(_name(short))}
            if len(asked) > 1:
                given = ", ".join(sorted(asked))
                raise click.UsageError(f"Choose one form of {given}, as in `--format csv`.")
            return function(*words, form=next(iter(asked), Format.TABLE), **options)

        for short in reversed(shortcuts):
            option = click.option(f"--{short}", _name(short), is_flag=True, help=_SHORTCUTS[short])
            option(chosen)
        words = click.Choice([form.value for form in Format])
        click.option(
            "--format", "form", type=words, help="The form of what is printed; a table if not given."
        )(chosen)
        return chosen

    return add


format_option = format_options(Format.JSON)
"""`--format table|csv|json|jsonl|markdown|latex` and `--json`."""


pager_option = click.option(
    "--pager/--no-pager", default=True, help="On a terminal, page what is longer than it (PAGER says how)."
)


def _name(short: Format) -> str:
    return f"as_{short}"


def emit_rows(  # noqa: PLR0913  # how a table looks, by keyword
    form: Format,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    right: Collection[int] | None = None,
    wrap: Collection[int] = (),
    optional: Collection[int] = (),
    pager: bool = False,
) -> None:
    """Print rows in the form that was asked for.

    The columns at the places `right` are right-aligned; not given, those of numbers. `wrap` and `optional`
    are for the terminal alone: see `output.emit_table`. With `pager`, what is longer than the terminal is
    paged.
    """
    if form == Format.TABLE:
        right = _right(columns, rows) if right is None else right
        text = output.table_text(columns, rows, right=right, wrap=wrap, optional=optional)
    else:
        text = in_form(form, columns, rows, right)
    output.page(text, pager=pager)


def in_form(
    form: Format,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    right: Collection[int] | None = None,
) -> str:
    """The rows as text in any form but `table`, which depends on the terminal."""
    from ckreg.core import tabular  # noqa: PLC0415  # a table on a terminal needs none of them

    if form == Format.CSV:
        return tabular.as_csv(columns, rows)
    if form == Format.JSON:
        return tabular.as_json(columns, rows)
    if form == Format.JSONL:
        return tabular.as_json_lines(columns, rows)
    right = _right(columns, rows) if right is None else right
    if form == Format.MARKDOWN:
        return tabular.as_markdown(columns, rows, right)
    return tabular.as_latex(columns, rows, right)


def _right(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> set[int]:
    from ckreg.core.tabular import numeric_columns  # noqa: PLC0415  # see above

    return numeric_columns(columns, rows)
