"""`ckreg status`: show, set, flush and sync."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import TypedDict, Unpack

import click

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home, read_text
from ckreg.cli.answers.status_flush import flushed
from ckreg.cli.answers.status_set import planned, updated, updates
from ckreg.cli.common import Place, at_option, dry_run_option, json_option
from ckreg.cli.following import sync
from ckreg.cli.output import emit_diff, emit_json, note, warn
from ckreg.cli.status_done import (
    say_flushed,
    say_lines,
    say_outcome,
    say_preview,
)
from ckreg.commands.status_flush import flush_preview, status_flush
from ckreg.commands.status_lines import status_lines
from ckreg.commands.status_set import Wish, how_it_went, status_preview, status_set
from ckreg.core.status import Source, Status
from ckreg.core.units import counted
from ckreg.errors import BusyError, CkregError, MalformedError, RefusedError, UsageError
from ckreg.flows.updates import Committed, Preview


class Words(TypedDict):
    """The words of `status set` that go into the wish as they are."""

    task: str | None
    epoch: str | None
    job: str | None
    note: str | None
    resolved: int | None
    evidence: str | None
    forced: bool


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show or set the status of runs and evaluations.

    `ckreg status` alone is `ckreg status show`.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(show, experiment=None, at=None, as_json=False)


@command.command()
@click.argument("experiment", required=False)
@at_option
@json_option
@click.pass_obj
def show(place: Place, experiment: str | None, at: str | None, as_json: bool) -> None:
    """Show how far an experiment is, or all of them.

    EXPERIMENT may be the beginning of a name.

    \b
    Example:
      ckreg status show cap_8L_lora
    """
    from ckreg.cli.answers.status_show import shown  # noqa: PLC0415
    from ckreg.cli.spool_words import spool_in_words  # noqa: PLC0415  # `set` must start quickly
    from ckreg.cli.status_shown import show_all, show_one  # noqa: PLC0415
    from ckreg.commands.status_show import status_show  # noqa: PLC0415

    home = place.home()
    found = status_show(home, experiment, at)
    if as_json:
        told = [shown(status) for status in found]
        emit_json(told[0] if experiment is not None else told)
        return
    if experiment is not None:
        show_one(found[0])
    else:
        show_all(found)
    for line in spool_in_words(home):
        note(line)


@command.command(name="set")
@click.argument("experiment", required=False)
@click.argument("run", required=False)
@click.option("--status", type=click.Choice([str(value) for value in Status]), help="The new status.")
@click.option("--job-id", "job", metavar="JOB", help="The Slurm job, 12345 or 12345_7.")
@click.option(
    "--task", metavar="TASK", help="An evaluation's task; without it the fine-tuning of RUN is meant."
)
@click.option("--epoch", metavar="N", help="An evaluation's epoch, from 0, or `best`.")
@click.option("--note", metavar="TEXT", help="What to put into Notes.")
@click.option(
    "--resolved", metavar="N", type=click.IntRange(min=0), help="The epoch that `best` turned out to be."
)
@click.option("--by", type=click.Choice(["person", "log", "job"]), help="Who says so.  [default: person]")
@click.option("--evidence", metavar="TEXT", help="How that is known; goes into the commit.")
@click.option("--force", "forced", is_flag=True, help="Allow any transition; recorded as forced.")
@click.option("--from-json", "lines", metavar="FILE", help="Several changes, one a line; - is stdin.")
@click.option("--spool", is_flag=True, help="Only leave the request, for a node that cannot commit.")
@dry_run_option
@json_option
@click.pass_obj
def set_(  # noqa: PLR0913, PLR0917  # the options that are not part of the wish
    place: Place,
    /,
    experiment: str | None,
    run: str | None,
    lines: str | None,
    spool: bool,
    dry_run: bool,
    as_json: bool,
    status: str | None,
    by: str | None,
    **wish: Unpack[Words],
) -> None:
    """Set the status, job, or note of one run or evaluation, and commit it.

    Only those cells change (with Started and Completed, which follow the status); what you have not
    finished in the same file is neither committed nor lost.

    With --from-json each line is an object with `experiment`, `run` and what is to be set, named as the
    options are (`status`, `job_id`, `at`, ...). All that can be carried out is one commit; a line that is
    refused is named, leaves the others alone, and the call ends with 4.

    \b
    Example:
      ckreg status set cap_8L_lora Llama-3.2-1B_rank4 --status running --job-id 12345
      ckreg status set cap_8L_lora Llama-3.2-1B_rank4 --task capitalization \\
          --epoch 0 --status failed --note "out of memory"
      ckreg status set --from-json changes.jsonl
    """
    home = place.home()
    given = (experiment, run, status, by, *wish.values())
    if lines is not None:
        if any(word is not None and word is not False for word in given):
            raise UsageError("--from-json says all of it: give neither EXPERIMENT nor what to set with it.")
        _set_lines(home, place, lines, spool=spool, dry_run=dry_run, as_json=as_json)
        return
    if experiment is None or run is None:
        raise UsageError("Give EXPERIMENT and RUN, or several changes with --from-json.")
    asked = Wish(
        run=run, **wish, status=None if status is None else Status(status), by=Source(by or Source.PERSON)
    )
    if dry_run:
        _show_preview(status_preview(home, experiment, asked), as_json=as_json)
        return
    with _waiting_told({"experiment": experiment, "run": run} if as_json else None):
        done = status_set(
            home, experiment, asked, spool=spool, timeout_seconds=load_settings(home).lock_timeout_seconds
        )
    request = done.update.request if isinstance(done, Committed) else done.request
    if as_json:
        for warning in done.warnings:
            warn(warning)
        emit_json(updated(request, done))
        return
    say_outcome(request, done)
    if isinstance(done, Committed) and (told := how_it_went(home, done.update)):
        note(told)


@command.command()
@dry_run_option
@json_option
@click.pass_obj
def flush(place: Place, dry_run: bool, as_json: bool) -> None:
    """Commit what waits in the spool, and tell what became of it.

    What was refused is put aside and told once; the call then ends with 4.

    \b
    Example:
      ckreg status flush
    """
    home = place.home()
    if dry_run:
        _show_preview(flush_preview(home), as_json=as_json)
        return
    with _waiting_told({"updates": [], "refused": []} if as_json else None):
        done = status_flush(home, timeout_seconds=load_settings(home).lock_timeout_seconds)
    if as_json:
        emit_json(flushed(done))
    else:
        say_flushed(done)
    number = len(done.refused) + sum(isinstance(settled, CkregError) for _, settled in done.settled)
    if number:
        raise RefusedError(f"{counted(number, 'request')} could not be carried out.")


command.add_command(sync)


def _show_preview(shown: Preview, *, as_json: bool) -> None:
    if as_json:
        emit_json(planned(shown))
    else:
        say_preview(shown)


def _set_lines(home: Home, place: Place, lines: str, *, spool: bool, dry_run: bool, as_json: bool) -> None:
    where, text = _read_lines(place, lines)
    with _waiting_told({"updates": []} if as_json else None):
        found = status_lines(
            home,
            where,
            text,
            spool=spool,
            dry_run=dry_run,
            timeout_seconds=load_settings(home).lock_timeout_seconds,
        )
    if as_json:
        emit_json(updates(found))
    else:
        for file in found.preview.files if found.preview else ():
            emit_diff(file.path, file.before, file.after)
        say_lines(found)
    if found.refused:
        raise RefusedError(f"{len(found.refused)} of {counted(len(found.lines), 'change')} refused.")


def _read_lines(place: Place, word: str) -> tuple[str, str]:
    """What messages call the changes, and their text."""
    if word != "-":
        path = place.path(word)
        return word, read_text(path)
    try:
        return "<stdin>", sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MalformedError(f"<stdin>:{line}: this is not UTF-8.") from None


@contextlib.contextmanager
def _waiting_told(as_json: Mapping[str, object] | None) -> Iterator[None]:
    """Tell of requests that stay in the spool, or were taken back, when the call ends without a commit."""
    try:
        yield
    except BusyError:
        if as_json is not None:
            emit_json({**as_json, "committed": False, "commit": None})
        raise
    except KeyboardInterrupt as stop:
        if str(stop):
            note(f"ckreg: {stop}")
        raise
