"""A watched experiment as a table: whole, or as much as fits on a terminal."""

from typing import TYPE_CHECKING, NamedTuple

from ckreg.cli.output import STATUS_COLOURS, counts_in_words
from ckreg.core.status import Status, count_statuses
from ckreg.core.text import one_line, printable
from ckreg.core.units import brief, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from ckreg.commands.watch import Snapshot, Watched

HEADERS = ("Run", "Status", "Progress", "Left", "Took", "Predicted (p90)")
RIGHT = (3, 4, 5)
_SILENT = 600.0  # seconds after which a log that says nothing is worth a word
_AROUND = 6  # lines above and below the rows: title, headers, rule, what is left out, counts, margin
_RUN, _PROGRESS = 22, 13  # columns of a terminal of 80
_USUAL = 80


class Line(NamedTuple):
    """A row in words."""

    run: str
    status: str
    progress: str
    left: str
    took: str
    predicted: str


def line_of(row: "Watched") -> Line:
    """A row of the table in words."""
    return Line(
        str(row.key),
        row.status or "-",
        _progress(row),
        brief(row.advance.seconds_left) if _runs(row) and row.advance.seconds_left is not None else "",
        _took(row),
        _predicted(row),
    )


def _runs(row: "Watched") -> bool:
    return row.status == Status.RUNNING


def _progress(row: "Watched") -> str:
    if row.differs:
        return row.differs
    if _runs(row) and row.silent_seconds is not None and row.silent_seconds > _SILENT:
        return f"{_share(row)} silent {brief(row.silent_seconds)}".strip()
    if _runs(row):
        return _share(row)
    if row.is_open:
        return row.reason or (row.queue_state or "sent").lower()
    return row.notes or "" if row.status == Status.FAILED else ""


def _share(row: "Watched") -> str:
    told = row.advance
    if told.share is None:
        return "" if told.done is None else counted(told.done, told.unit)
    return f"{told.share:.0%} {told.done}/{told.total}"


def _took(row: "Watched") -> str:
    if row.elapsed_seconds is None:
        return ""
    return f"{'> ' if row.at_least else ''}{brief(row.elapsed_seconds)}"


def _predicted(row: "Watched") -> str:
    if row.median_seconds is None or row.p90_seconds is None:
        return ""
    return f"{brief(row.median_seconds)} ({brief(row.p90_seconds)})"


def hints(snapshot: "Snapshot", experiment: str) -> list[str]:
    """What the table does not show and a person should know."""
    told = []
    if snapshot.silent:
        told.append(f"The queue is not heard ({one_line(snapshot.silent)}): table and logs alone speak.")
    if number := len(snapshot.differing):
        told.append(
            f"Of {counted(number, 'row')} queue or log say something else: `ckreg status sync {experiment}`."
        )
    return told


def counts(snapshot: "Snapshot") -> str:
    """How many rows have which status."""
    return counts_in_words(count_statuses(row.status for row in snapshot.rows))


def drawn(snapshot: "Snapshot", columns: int, height: int) -> "RenderableType":
    """The table in so many columns and lines: what moves goes before what waits, and that before the rest."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415  # 50 ms that `ckreg watch --help` need not pay
    from rich.console import Group  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    said = hints(snapshot, snapshot.experiment)
    wrapped = sum(-(-len(line) // columns) for line in said)
    shown = _most_wanted(snapshot.rows, max(1, height - _AROUND - wrapped))
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for place, name in enumerate(HEADERS):
        table.add_column(name, justify="right" if place in RIGHT else "left", no_wrap=True)
    spare = max(0, columns - _USUAL)
    for row in shown:
        line = line_of(row)
        table.add_row(
            Text(_end_of(line.run, _RUN + spare // 2)),
            Text(line.status, style=STATUS_COLOURS.get(line.status, "")),
            Text(_start_of(line.progress, _PROGRESS + spare - spare // 2), style=_warning(row)),
            line.left,
            Text(line.took, style=_judgement(row)),
            line.predicted,
        )
    rest = _left_out([row for row in snapshot.rows if row not in shown])
    return Group(
        Text(f"{snapshot.experiment}  {snapshot.at:%H:%M:%S}", "bold", no_wrap=True, overflow="ellipsis"),
        table,
        *([Text(rest, "dim")] if rest else []),
        *(Text(line, "yellow") for line in said),
        Text(f"{counts(snapshot)}. Ctrl-C ends.", "dim", no_wrap=True, overflow="ellipsis"),
    )


def _most_wanted(rows: "Sequence[Watched]", most: int) -> "list[Watched]":
    """As many rows as there is room for, in the table's order."""
    if len(rows) <= most:
        return list(rows)
    wanted = sorted(range(len(rows)), key=lambda place: (_rank(rows[place]), place))[:most]
    return [rows[place] for place in sorted(wanted)]


def _rank(row: "Watched") -> int:
    if row.differs or _runs(row):
        return 0
    if row.is_open:
        return 1
    return 2 if row.status == Status.FAILED else 3


def _left_out(rows: "Sequence[Watched]") -> str:
    return (
        f"and {len(rows)} more: {counts_in_words(count_statuses(row.status for row in rows))}" if rows else ""
    )


def _warning(row: "Watched") -> str:
    is_silent = _runs(row) and (row.silent_seconds or 0) > _SILENT
    return "yellow" if row.differs or is_silent else ""


def _judgement(row: "Watched") -> str:
    """Whether a time is beyond the 90th percentile that was predicted."""
    if row.elapsed_seconds is None or row.p90_seconds is None:
        return ""
    return "red" if row.elapsed_seconds > row.p90_seconds else ""


def _end_of(text: str, most: int) -> str:
    """Names differ at their ends."""
    text = printable(text)
    return text if len(text) <= most else f"…{text[1 - most :]}"


def _start_of(text: str, most: int) -> str:
    text = printable(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
