"""`ckreg find`."""

import os
import re
import sys
import textwrap
from pathlib import Path
from shutil import get_terminal_size

import click

from ckreg.cli.answers.find import hits
from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, note
from ckreg.commands.find import Found, Hit, find, shown_path
from ckreg.core.finding import MARK_END, MARK_START
from ckreg.core.finding.texts import Kind
from ckreg.core.text import printable
from ckreg.core.units import counted

_INDENT = "    "
_MARKS = re.compile(f"([{MARK_START}{MARK_END}])")


@click.command()
@click.argument("words", metavar="TEXT...", nargs=-1, required=True)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice([kind.value for kind in Kind]),
    help="Only texts of this kind.",
)  # fmt: skip
@click.option("--experiment", metavar="EXPERIMENT", help="Only what one experiment has.")
@click.option(
    "-n", "--limit", metavar="N", default=20, show_default=True, type=click.IntRange(min=1),
    help="How many to show at most.",
)  # fmt: skip
@json_option
@click.pass_obj
def command(
    place: Place,
    words: tuple[str, ...],
    kinds: tuple[str, ...],
    experiment: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Find experiments by what people and failed jobs say.

    Looked through are questions, notes and other wording of the documents, the Notes of their statuses,
    reasons of amended plans, evidence, what people say of their commits, and the errors in the logs of jobs
    that failed. All of the words must be there; each may be the beginning of one, and words in quotes must
    stand together. What no word begins with is looked for inside of words.

    `ckreg query` asks the same in SQL: SELECT * FROM texts WHERE texts MATCH 'NEAR(rank packing)'.

    \b
    Example:
      ckreg find 'out of memory'
      ckreg find packing rank --kind note --kind question
      ckreg find NCCL --experiment cap_8L_lora --json
    """
    found = find(place.home(), words, [Kind(kind) for kind in kinds], experiment, limit)
    if as_json:
        emit_json(hits(found))
        return
    for number, hit in enumerate(found.hits):
        if number:
            emit()
        _say(hit, place.start)
    _say_more(found, words)


def _say(hit: Hit, start: Path) -> None:
    named = (hit.experiment or "-", *([hit.run_name] if hit.run_name else []))
    emit(f"{'  '.join(named)}  ({hit.kind})", bold=True)
    width = max(get_terminal_size().columns if sys.stdout.isatty() else 110, 40)
    for line in textwrap.wrap(_clean(hit.shown), width, initial_indent=_INDENT, subsequent_indent=_INDENT):
        click.echo(_coloured(line))
    emit(f"{_INDENT}{shown_path(hit, start)}")


def _clean(shown: str) -> str:
    """The text without control codes, but for the marks."""
    marks = (MARK_START, MARK_END)
    return "".join(part if part in marks else printable(part) for part in _MARKS.split(shown))


def _coloured(line: str) -> str:
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    on, off = ("\x1b[1;33m", "\x1b[0m") if coloured else ("", "")
    return line.replace(MARK_START, on).replace(MARK_END, off)


def _say_more(found: Found, words: tuple[str, ...]) -> None:
    if not found.hits:
        quoted = any(" " in word.strip() for word in words)
        together = " Words in quotes must stand together." if quoted else ""
        fewer = " Try fewer words." if len(words) > 1 else ""
        note(f"None of {counted(found.searched, 'text')} has that.{together}{fewer}")
        note("Errors of jobs are there once `ckreg index` has read their logs.")
    elif len(found.hits) < found.total:
        note(f"{len(found.hits)} of {found.total:,} are shown; -n {found.total} shows all.")
