"""`ckreg cancel`: end jobs."""

import click

from ckreg.cli.answers.cancel import cancelled
from ckreg.cli.common import Place, dry_run_option, json_option, on_terminal, yes_option
from ckreg.cli.output import emit, emit_json, emit_table, note
from ckreg.commands.cancel import Target, cancel, targets
from ckreg.core.units import counted
from ckreg.errors import RefusedError, UsageError


@click.command()
@click.argument("experiment")
@click.argument("runs", metavar="[RUN]...", nargs=-1)
@dry_run_option
@yes_option
@json_option
@click.pass_obj
def command(  # one parameter an option, as click hands them over
    place: Place, experiment: str, runs: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Cancel the jobs of an experiment, or of some runs, with their evaluations.

    Only what waits or runs is cancelled, and never without asking. Jobs that `ckreg submit` did not name are
    asked for one by one, even with --yes. `ckreg status sync` records afterwards what became of them.

    \b
    Example:
      ckreg cancel cap_8L_lora '*_rank64'
    """
    found = targets(place.home(), experiment, runs)
    if dry_run or not found:
        chosen: list[Target] = []
    else:
        chosen = _chosen(found, yes=yes)
        if not chosen:
            raise RefusedError("Nothing was cancelled.")
        cancel(place.home(), chosen)
    if as_json:
        emit_json(cancelled(found, chosen))
    elif not found:
        note("No job of these waits or runs.")
    elif dry_run:
        _show(found)
    else:
        emit(f"Cancelled {counted(len(chosen), 'job')}. `ckreg status sync {experiment}` records it.")


def _chosen(found: list[Target], *, yes: bool) -> list[Target]:
    ours = [target for target in found if target.is_ours]
    others = [target for target in found if not target.is_ours]
    if not on_terminal():
        if not yes:
            raise UsageError("Nobody can be asked here; say --yes to cancel the jobs.")
        for target in others:
            note(f"{target.key}: job {target.job} is called {target.name!r}, not ours; left alone.")
        return ours
    _show(found)
    if ours and not yes and not click.confirm(f"Cancel {counted(len(ours), 'job')}?", err=True):
        ours = []
    return [*ours, *(target for target in others if _is_meant(target))]


def _is_meant(target: Target) -> bool:
    return click.confirm(
        f"{target.key}: job {target.job} is called {target.name!r}, which ckreg did not name. Cancel it?",
        err=True,
    )


def _show(found: list[Target]) -> None:
    emit_table(
        ("Run", "Task", "Epoch", "Job", "State"),
        [(each.key.run, each.key.task, each.key.epoch, each.job, each.state.lower()) for each in found],
        wrap={1},
    )
