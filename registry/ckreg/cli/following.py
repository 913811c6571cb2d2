"""`ckreg status sync`, as part of `ckreg status`."""

from typing import TYPE_CHECKING

import click

from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_json, emit_table, note, warn
from ckreg.core.units import counted
from ckreg.errors import UsageError

if TYPE_CHECKING:
    from ckreg.adapters.tree import Home
    from ckreg.commands.status_sync import Synced


@click.command()
@click.argument("experiment", required=False)
@click.option("--all", "everything", is_flag=True, help="All experiments.")
@click.option("--watch", is_flag=True, help="Go on until no job is open, asking every 30 s at most.")
@click.option("--notify", is_flag=True, help="Send what changed by your notify_command or notify_webhook.")
@dry_run_option
@json_option
@click.pass_obj
def sync(  # noqa: PLR0913, PLR0917  # one parameter an option, as click hands them over
    place: Place,
    experiment: str | None,
    everything: bool,
    watch: bool,
    notify: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask the scheduler how the jobs are, and record what changed.

    One sacct for all jobs of Slurm that have not ended. What is recorded has the scheduler's words as
    evidence in its commit; where the scheduler says nothing, nothing changes.

    With --notify what was recorded is sent too, as from a crontab: to the stdin of the command or to the
    webhook that
    your own ~/.config/ckreg/config.toml names (`{title}` in the command becomes a line that sums it up).
    Where nothing changed, nothing is sent; what cannot be sent is a warning.

    \b
    Example:
      ckreg status sync cap_8L_lora
      ckreg status sync --all --watch
      ckreg status sync --all --notify
    """
    from ckreg.cli.answers.status_sync import synced  # noqa: PLC0415  # see below
    from ckreg.commands import status_sync as verb  # noqa: PLC0415  # `status set` starts without the cache

    if (experiment is None) != everything:
        raise UsageError("Name one EXPERIMENT, or say --all.")
    if watch and dry_run:
        raise UsageError("--watch and --dry-run do not go together.")
    home = place.home()
    ways = verb.ways(home) if notify else ()
    rounds = verb.watch(home, experiment) if watch else [verb.status_sync(home, experiment, dry_run=dry_run)]
    for done in rounds:
        untold = [] if dry_run else verb.notify(ways, done)
        for warning in (*done.warnings, *done.refused, *untold):
            warn(warning)
        notice = verb.notice(done, dry_run=dry_run) if notify else None
        if as_json:
            emit_json(synced(done, notice, untold))
        else:
            _say(home, done, dry_run=dry_run)
            if dry_run and notice:
                note(f"Would be sent:\n{notice}")


def _say(home: "Home", done: "Synced", *, dry_run: bool) -> None:
    from ckreg.commands.status_sync import scores  # noqa: PLC0415  # see `sync`

    _say_changes(done)
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


def _say_changes(done: "Synced") -> None:
    """A table an experiment, with its name above."""
    from ckreg.commands.status_sync import found  # noqa: PLC0415  # see `sync`
    from ckreg.core.news import by_experiment  # noqa: PLC0415  # see `sync`

    for name, news in by_experiment(found(done)).items():
        emit(name, bold=True)
        emit_table(
            ("Run", "Task", "Epoch", "Status", "Notes"),
            [(each.key.run, each.key.task, each.key.epoch, each.what, each.told) for each in news],
            wrap={0},
            optional={1, 2, 4},
        )
        emit()
