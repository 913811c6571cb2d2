"""`ckreg status sync`, as part of `ckreg status`."""

from typing import TYPE_CHECKING

import click

from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_json, note, warn
from ckreg.core.summary.edit import key_of
from ckreg.core.units import counted
from ckreg.errors import UsageError

if TYPE_CHECKING:
    from ckreg.adapters.tree import Home
    from ckreg.commands.status_sync import Change, Synced


@click.command()
@click.argument("experiment", required=False)
@click.option("--all", "everything", is_flag=True, help="All experiments.")
@click.option("--watch", is_flag=True, help="Go on until no job is open, asking every 30 s at most.")
@dry_run_option
@json_option
@click.pass_obj
def sync(  # one parameter an option, as click hands them over
    place: Place, experiment: str | None, everything: bool, watch: bool, dry_run: bool, as_json: bool
) -> None:
    """Ask the scheduler how the jobs are, and record what changed.

    One sacct for all jobs of Slurm that have not ended. What is recorded has the scheduler's words as
    evidence in its commit; where the scheduler says nothing, nothing changes.

    \b
    Example:
      ckreg status sync cap_8L_lora
      ckreg status sync --all --watch
    """
    from ckreg.cli.answers.status_sync import synced  # noqa: PLC0415  # see below
    from ckreg.commands import status_sync as verb  # noqa: PLC0415  # `status set` starts without the cache

    if (experiment is None) != everything:
        raise UsageError("Name one EXPERIMENT, or say --all.")
    if watch and dry_run:
        raise UsageError("--watch and --dry-run do not go together.")
    home = place.home()
    rounds = verb.watch(home, experiment) if watch else [verb.status_sync(home, experiment, dry_run=dry_run)]
    for done in rounds:
        for warning in (*done.warnings, *done.refused):
            warn(warning)
        if as_json:
            emit_json(synced(done))
        else:
            _say(home, done, dry_run=dry_run)


def _say(home: "Home", done: "Synced", *, dry_run: bool) -> None:
    from ckreg.commands.status_sync import scores  # noqa: PLC0415  # see `sync`

    for change in done.changes:
        emit(_line(change))
    for unclear in done.unclear:
        note(f"{unclear.experiment} {unclear.key}: job {unclear.job}: {unclear.why}")
    for told in scores(home, done):
        note(told)
    if not done.asked:
        note("No job is open.")
    elif not done.changes:
        note(f"Nothing changed; {counted(done.open, 'job')} of {done.asked} still open.")
    elif dry_run:
        note("Nothing was recorded (--dry-run).")
    elif done.commit:
        note(f"{len(done.updates)} recorded in {done.commit[:10]}; {counted(done.open, 'job')} still open.")


def _line(change: "Change") -> str:
    request = change.request
    what = f"{change.old} -> {request.status}" if request.status else str(change.old)
    told = f" ({request.note})" if request.note and request.note != "-" else ""
    return f"{request.experiment} {key_of(request)}: {what}{told}"
