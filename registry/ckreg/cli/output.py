"""What people and programs see: results on stdout, everything else on stderr, colour on a terminal only."""

import contextlib
import dataclasses
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from pathlib import PurePath
from typing import IO

import click

from ckreg.core.tabular.json_text import json_text as plain_json_text
from ckreg.core.text import LINE_END, printable

_CELL_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_GAP = 2
_NARROWEST = 8
_WORTH_WRAPPING = 16
STATUS_COLOURS = {"completed": "green", "running": "cyan", "failed": "red", "pending": "bright_black"}


def emit(text: str = "", *, bold: bool = False) -> None:
    """Print part of the result on stdout, without control codes."""
    click.echo(_styled(text, sys.stdout, bold=bold))


def note(text: str = "") -> None:
    """Say something beside the result, on stderr."""
    click.echo(_styled(text, sys.stderr, dim=True), err=True)


def warn(text: str) -> None:
    """Warn on stderr."""
    click.echo(_styled("ckreg: warning: ", sys.stderr, fg="yellow") + _safe(text), err=True)


def fail(text: str) -> None:
    """Say on stderr why a call failed."""
    click.echo(_styled("ckreg: error: ", sys.stderr, fg="red") + _safe(text), err=True)


def emit_json(value: object) -> None:
    """Print a value as JSON: dataclasses as objects, times in ISO 8601 with their offset."""
    click.echo(json_text(value, indent=2))


def json_text(value: object, *, indent: int | None = None) -> str:
    """A value as JSON; control and formatting codes, which a terminal obeys, are written as escapes."""
    return plain_json_text(_plain(value), indent=indent)


def page(text: str, *, pager: bool = True) -> None:
    """Print text; through the person's pager, where that is wanted, if it is longer than the terminal."""
    long = text.count("\n") >= shutil.get_terminal_size().lines
    if pager and long and sys.stdin.isatty() and sys.stdout.isatty():
        click.echo_via_pager(text.removesuffix("\n"))  # click asks less for colours, and spares others
    else:
        click.echo(text, nl=False)


def emit_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Collection[int] = (),
    wrap: Collection[int] = (),
    optional: Collection[int] = (),
    least: Sequence[int] = (),
) -> None:
    """Print rows under headers, as `table_text` has them."""
    text = table_text(headers, rows, right=right, wrap=wrap, optional=optional, least=least)
    click.echo(text, nl=False)


def table_text(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Collection[int] = (),
    wrap: Collection[int] = (),
    optional: Collection[int] = (),
    least: Sequence[int] = (),
) -> str:
    """Rows under headers; columns in `right` are right-aligned, `None` shows as `-`.

    On a terminal that is too narrow the columns in `wrap` and the last one break their cells into lines, then
    all but the first; where even that is too wide, each row becomes a block of lines. In a pipe nothing is
    cut. Columns in `optional` are left out where no row says anything; those in `least`, in that order, where
    a terminal is too narrow for all.
    """
    rows = [list(row) for row in rows]
    shown = [
        place for place in range(len(headers)) if place not in optional or any(row[place] for row in rows)
    ]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    columns = {
        place: [headers[place], *("-" if row[place] is None else printable(str(row[place])) for row in rows)]
        for place in shown
    }
    wide = {place: max(map(_width, column)) for place, column in columns.items()}
    wrapping = {*wrap, len(headers) - 1}
    for place in least:
        if place in shown and room is not None and _least(wide, wrapping, _WORTH_WRAPPING) > room:
            shown.remove(place)
            del wide[place]
    names = [headers[place] for place in shown]
    cells = list(zip(*(columns[place][1:] for place in shown), strict=True))
    widths = [wide[place] for place in shown]
    may_wrap = {shown.index(place) for place in wrapping if place in shown}
    if room is not None and _least(wide, wrapping) > room:
        may_wrap = set(range(1, len(shown)))
    aligned = {shown.index(place) for place in right if place in shown}
    if room is None or sum(widths) + _GAP * (len(widths) - 1) <= room:
        lines = _fitting(names, cells, aligned, widths)
    elif _least(dict(enumerate(widths)), may_wrap) > room:
        lines = _records(names, cells)
    else:
        lines = _wrapped(names, cells, aligned, may_wrap, room)
    return "".join(f"{line}\n" for line in lines)


def _width(text: str) -> int:
    """The columns that a text takes on a terminal: two for wide characters, none for marks on others."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in {"W", "F"} for char in text)
    return len(text) + wide - sum(unicodedata.category(char) in {"Mn", "Me"} for char in text)


def _least(widths: Mapping[int, int], may_wrap: Collection[int], narrowest: int = _NARROWEST) -> int:
    """The columns of a terminal that a table needs at least; a cell that wraps keeps some of its width."""
    needed = (min(width, narrowest) if place in may_wrap else width for place, width in widths.items())
    return sum(needed) + _GAP * (len(widths) - 1)


def _fitting(
    names: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int], widths: Sequence[int]
) -> list[str]:
    """A table none of whose cells has to break; rich would take seconds for ten thousand rows."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    head = _row(names, right, widths, {})
    rule = "─" * (sum(widths) + _GAP * (len(widths) - 1))
    colours = STATUS_COLOURS if coloured else {}
    return [
        click.style(head, bold=True) if coloured else head,
        rule,
        *(_row(row, right, widths, colours) for row in rows),
    ]


def _row(
    cells: Sequence[str], right: Collection[int], widths: Sequence[int], colours: Mapping[str, str]
) -> str:
    parts = []
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        blank = " " * (width - _width(cell))
        told = click.style(cell, fg=colours[cell]) if cell in colours else cell
        parts.append(f"{blank}{told}" if place in right else f"{told}{blank}")
    return (" " * _GAP).join(parts).rstrip()


def _records(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table that is too wide for the terminal: a line a field, an empty line between rows."""
    width = max(map(len, names))
    lines = []
    for row in rows:
        lines += [f"{name:<{width}}  {cell}" for name, cell in zip(names, row, strict=True)]
        lines.append("")
    return lines


def _wrapped(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int],
    may_wrap: Collection[int],
    width: int,
) -> list[str]:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415  # 50 ms that verbs without tables need not pay
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for place, name in enumerate(names):
        table.add_column(
            Text(name),
            justify="right" if place in right else "left",
            overflow="fold",
            no_wrap=place not in may_wrap,
        )
    for row in rows:
        table.add_row(*(Text(cell, style=STATUS_COLOURS.get(cell, "")) for cell in row))
    console = Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)
    with console.capture() as capture:
        console.print(table)
    return [line.rstrip() for line in capture.get().splitlines()]


def counts_in_words(counts: Mapping[str, int]) -> str:
    """Rows by status as people say it: `2 completed, 1 failed`."""
    return ", ".join(f"{number} {status}" for status, number in counts.items()) or "-"


def short_time(text: str | None) -> str | None:
    """A cell's time without year and seconds, `10-22 14:23`: a table of runs must fit into 80 columns."""
    return text[5:16] if text and _CELL_TIME.fullmatch(text) else text


def emit_diff(path: str, before: str | None, after: str | None) -> None:
    """Print what changes in a file, as a unified diff without context; None is no file."""
    from difflib import unified_diff  # noqa: PLC0415  # only for `--dry-run`

    source, target = ("/dev/null" if text is None else path for text in (before, after))
    for line in unified_diff(_lines(before or ""), _lines(after or ""), source, target, n=0, lineterm=""):
        emit(line)


def _lines(text: str) -> list[str]:
    lines = LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


@contextlib.contextmanager
def progress(total: int | None, label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr where that is a terminal; call what it gives with the steps done since."""
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    from rich.console import Console  # noqa: PLC0415  # see emit_table
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)


def _styled(
    text: str, stream: IO[str], *, bold: bool = False, dim: bool = False, fg: str | None = None
) -> str:
    safe = _safe(text)
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return safe
    return click.style(safe, bold=bold or None, dim=dim or None, fg=fg)


def _safe(text: str) -> str:
    return "\n".join(printable(line) for line in LINE_END.split(text))


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
