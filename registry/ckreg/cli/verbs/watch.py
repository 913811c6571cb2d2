"""`ckreg watch`."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterable, Iterator

import click

from ckreg.cli.answers.watch import snapshot_of
from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, emit_table, note
from ckreg.cli.watch_table import HEADERS, RIGHT, counts, drawn, hints, line_of
from ckreg.commands.watch import Snapshot, watch, watched

_ASKED_TO_END = 128 + signal.SIGTERM


@click.command()
@click.argument("experiment")
@click.option("--once", is_flag=True, help="Print it once and end; so it is where stdout is no terminal.")
@json_option
@click.pass_obj
def command(place: Place, experiment: str, once: bool, as_json: bool) -> None:
    """Watch an experiment's runs: progress and time left, as their logs tell, and why jobs wait.

    Beside the time that each takes stands the one that was predicted, with its 90th percentile; what takes
    longer is red. Logs are looked at every 2 s and read where they have grown; squeue is asked once for all
    jobs, every 30 s at most. Nothing is recorded: where queue or log say something else than the table,
    `ckreg status sync` is named. It ends when nothing runs or waits, or with Ctrl-C (130).

    \b
    Example:
      ckreg watch cap_8L_lora
      ckreg watch cap_8L_lora --once --json
    """
    home = place.home()
    if as_json:
        emit_json(snapshot_of(watched(home, experiment)))
    elif once or not _can_draw():
        _print(watched(home, experiment))
    else:
        last = _draw(watch(home, experiment))
        _print(last)
        note("Nothing runs or waits.")


def _can_draw() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}


def _draw(snapshots: Iterable[Snapshot]) -> Snapshot:
    """Draw one after the other on a screen of its own, which the terminal forgets; the last one."""
    from rich.console import Console  # noqa: PLC0415  # 50 ms that `--once --json` need not pay
    from rich.live import Live  # noqa: PLC0415

    console = Console(highlight=False, markup=False, emoji=False)
    with _ended_in_order(), Live(console=console, screen=True, auto_refresh=False) as live:
        for snapshot in snapshots:
            live.update(drawn(snapshot, console.width, console.height), refresh=True)
    return snapshot


@contextlib.contextmanager
def _ended_in_order() -> Iterator[None]:
    """Leave the terminal as it was also where somebody ends us by a signal."""

    def end(*_: object) -> None:
        raise SystemExit(_ASKED_TO_END)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _print(snapshot: Snapshot) -> None:
    emit(f"{snapshot.experiment}, {snapshot.at:%Y-%m-%d %H:%M:%S}", bold=True)
    emit_table(HEADERS, [line_of(row) for row in snapshot.rows], right=RIGHT, wrap={0, 2}, optional={3})
    note(counts(snapshot))
    for hint in hints(snapshot, snapshot.experiment):
        note(hint)
