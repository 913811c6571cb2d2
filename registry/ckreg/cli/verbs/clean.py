"""`ckreg clean`."""

import click

from ckreg.cli.answers.clean import cleaned
from ckreg.cli.common import Place, dry_run_option, json_option, on_terminal, yes_option
from ckreg.cli.output import emit, emit_json, emit_table, note, warn
from ckreg.commands.clean import Cleaned, Cleaning, clean, cleanable
from ckreg.core.units import counted, size
from ckreg.errors import OutsideError, RefusedError


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
    """Show which checkpoints nothing needs any more, and delete them once you agree.

    These are the checkpoints of failed runs, those of completed runs but for the evaluated epochs, and the
    output of runs that the experiment has no more. Only ck-out folders of this experiment in scratch_dir are
    looked at, and links are not followed. What a job may still write, what an evaluation waits for, what git
    tracks and what another plan names stays. Where nobody can be asked, nothing is deleted without --yes.
    What was deleted is recorded in design-experiment.log.

    \b
    Example:
      ckreg clean cap_8L_lora
      ckreg clean cap_8L_lora '*_rank64' --yes
    """
    home = place.home()
    found = cleanable(home, experiment, runs)
    done = None
    if not as_json:
        _show(found)
    if found.spare and not dry_run:
        if yes or (not as_json and _agreed(found)):
            done = clean(home, found)
        elif not as_json and on_terminal():
            raise RefusedError("Nothing was deleted.")
    if as_json:
        emit_json(cleaned(found, done))
    elif done:
        _say(done)
    elif found.spare:
        note("Nothing was deleted; --yes does it." if not dry_run else "Nothing was deleted (--dry-run).")
    for problem in done.problems if done else ():
        warn(problem)
    if done and done.problems:
        raise OutsideError("Not all of it is deleted. Clean again when that is mended.")


def _agreed(found: Cleaning) -> bool:
    return on_terminal() and click.confirm(
        f"Delete {counted(len(found.spare), 'folder')}, {size(found.bytes)}, for good?", err=True
    )


def _show(found: Cleaning) -> None:
    if found.spare:
        rows = [(each.run, each.path.name, _size(each.bytes), each.why) for each in found.spare]
        runs = len({each.run for each in found.spare})
        emit_table(
            ("Run", "Folder", "Size", "Why it may go"),
            [*rows, ("Together", f"{len(rows)} of {counted(runs, 'run')}", size(found.bytes), "")],
            right={2},
            wrap={0},
        )
        note(f"In {found.folder}")
    else:
        note("There is nothing to delete.")
    for each in found.kept:
        note(f"Kept: {each.path.parent.name}/{each.path.name}: {each.why}.")


def _size(number: int | None) -> str | None:
    return None if number is None else size(number)


def _say(done: Cleaned) -> None:
    total = size(sum(each.bytes or 0 for each in done.deleted))
    recorded = f"; recorded in {done.commit[:10]}" if done.commit else ""
    emit(f"Deleted {counted(len(done.deleted), 'folder')}, {total}{recorded}.")
