"""`ckreg history`."""

import shutil
import sys
import textwrap

import click

from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, note
from ckreg.commands.history import history
from ckreg.core.text import one_line
from ckreg.flows.telling import Told

_INDENT = " " * 21
_WIDTH = 80
_SHOWN = 6


@click.command()
@click.argument("experiment", required=False)
@click.argument("run", required=False)
@click.option("--all", "whole", is_flag=True, help="With every field of the log's entries.")
@click.option("--since", metavar="DATE", help="From this date, or this revision's, on.")
@click.option("--by", metavar="WHO", help="Part of a name or address; or person, job, sacct, log.")
@click.option("-n", "--last", metavar="N", type=click.IntRange(min=1), help="Only the newest N lines.")
@json_option
@click.pass_obj
def command(  # noqa: PLR0913  # an option each
    place: Place,
    /,
    experiment: str | None,
    run: str | None,
    *,
    whole: bool,
    since: str | None,
    by: str | None,
    last: int | None,
    as_json: bool,
) -> None:
    """Tell what was planned, changed and run, newest last: the log of the design and git's history.

    Status changes tell who said so and how it is known, and of a retry which attempt it was. What people
    changed in a document with an editor is told, too. EXPERIMENT may be the beginning of a name, all
    experiments if left out; RUN is a whole name.

    A date may be 2025-10-22, yesterday or '2 weeks ago'.

    \b
    Example:
      ckreg history cap_8L_lora
      ckreg history cap_8L_lora Llama-3.2-1B-Instruct_rank4
      ckreg history --since yesterday --by sacct
    """
    told = history(place.home(), experiment, run, since=since, by=by)
    told = told[-last:] if last else told
    if as_json:
        emit_json(told)
        return
    for line in told:
        _emit(line, named=experiment is None, whole=whole)
    if not told:
        note("Nothing has happened then." if since or by else "Nothing has happened yet.")


def _emit(line: Told, *, named: bool, whole: bool) -> None:
    words = one_line(f"{line.experiment}: {line.words}" if named else line.words)
    head = f"{line.at:%Y-%m-%d %H:%M:%S}  {line.kind:<9} "
    _emit_wrapped(head, f"{_INDENT}{'':10}", words)
    who = ", ".join(part for part in (line.who, line.commit) if part)
    details = list(line.details) if whole else _in_short(line)
    for text in [*details, who]:
        if text:
            _emit_wrapped(f"{_INDENT}{'':10}", f"{_INDENT}{'':12}", one_line(text))


def _in_short(line: Told) -> list[str]:
    if line.commit is None:
        return []
    if line.status is not None:
        return [", ".join(line.details)]
    more = len(line.details) - _SHOWN
    return [*line.details[:_SHOWN], *([f"and {more} more (--all)"] if more > 0 else [])]


def _emit_wrapped(first: str, others: str, text: str) -> None:
    width = min(shutil.get_terminal_size().columns, 2 * _WIDTH) if sys.stdout.isatty() else _WIDTH
    if len(first) + len(text) <= width:  # most lines: a hundredth of the time
        emit(first + text)
        return
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines or [first]:
        emit(line)
