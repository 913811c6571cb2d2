"""`ckreg doctor` on the command line."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable
from datetime import UTC, datetime

import click

from ckreg.cli.common import Place, json_option, on_terminal, yes_option
from ckreg.cli.output import emit, emit_json, note
from ckreg.commands.doctor import break_lock, doctor, doctor_fix, lock_to_break
from ckreg.core.health import Finding, State, worst
from ckreg.core.text import one_line
from ckreg.core.units import counted
from ckreg.errors import RefusedError, UsageError

_MARKS = {State.OK: "✓", State.WARN: "!", State.WRONG: "✗"}
_COLOURS = {State.OK: "green", State.WARN: "yellow", State.WRONG: "red"}
_COLUMN = 14
_WIDEST = 100


@click.command()
@click.option("--fix", is_flag=True, help="Put right what can be without losing anything, then look.")
@click.option("--break-lock", is_flag=True, help="Take the registry's lock from a holder that is gone.")
@yes_option
@json_option
@click.pass_obj
def command(place: Place, /, fix: bool, break_lock: bool, yes: bool, as_json: bool) -> int:
    """Look over this registry, its filesystem and this machine; say what is wrong and what to do.

    Tries out, in a scratch folder in .ckreg/, that locks exclude, renames are atomic, fsync works and SQLite
    locks. Exit code 1 if something is wrong. On a network filesystem this host is noted as one that commits.

    \b
    Example:
      ckreg doctor
      ckreg doctor --break-lock
    """
    if break_lock:
        return _break(place, yes=yes, as_json=as_json)
    if fix:
        for word in doctor_fix(place.start):
            note(word)
    findings = []
    for finding in doctor(place.start):
        findings.append(finding)
        if not as_json:
            _emit(finding)
            sys.stdout.flush()
    if as_json:
        emit_json(findings)
    else:
        emit(_sum(findings))
    return int(worst(findings) is State.WRONG)


def _emit(finding: Finding) -> None:
    """One finding: a mark, the check, what was found, and what to do, in lines that fit."""
    width = min(_WIDEST, shutil.get_terminal_size().columns) - _COLUMN - 3
    lines = _wrapped(one_line(finding.message), width)
    remedy = _wrapped(one_line(finding.remedy), width - 2) if finding.remedy else []
    lines += [f"{' ' if place else '→'} {line}" for place, line in enumerate(remedy)]
    click.echo(f"{_mark(finding.state)} {finding.check:<{_COLUMN}} {lines[0]}")
    for line in lines[1:]:
        emit(f"{'':{_COLUMN + 3}}{line}")


def _mark(state: State) -> str:
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        return click.style(_MARKS[state], fg=_COLOURS[state])
    return _MARKS[state]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 30), break_long_words=False, break_on_hyphens=False) or [""]


def _sum(findings: Iterable[Finding]) -> str:
    states = [finding.state for finding in findings]
    bad, odd = states.count(State.WRONG), states.count(State.WARN)
    if not bad and not odd:
        return "\nAll is well."
    return f"\n{bad} wrong, {odd} to look at, {counted(len(states) - bad - odd, 'check')} fine."


def _break(place: Place, *, yes: bool, as_json: bool) -> int:
    home = place.home()
    held = lock_to_break(home)
    if held is None:
        note("Nobody holds the lock; nothing to break.")
        if as_json:
            emit_json({"broken": False, "holder": None})
        return 0
    who = held.holder.in_words(datetime.now(UTC)) if held.holder else "somebody whom its file does not name"
    note(f"{held.path} is held by {who}: {held.life}.")
    if not yes:
        if not on_terminal():
            raise UsageError("Give --yes to take the lock away without being asked.")
        if not click.confirm("Has that process ended for certain? Take the lock away?", err=True):
            raise RefusedError("The lock stays.")
    break_lock(home, held)
    if as_json:
        emit_json({"broken": True, "holder": held.holder})
    else:
        emit("The lock is free.")
    return 0
