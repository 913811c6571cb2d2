"""`ckreg submit`: send runs to the scheduler."""

import shlex

import click

from ckreg.cli.answers import submit as answers
from ckreg.cli.common import Place, dry_run_option, json_option, on_terminal, yes_option
from ckreg.cli.output import emit, emit_json, emit_table, note, warn
from ckreg.commands.submit import How, Planned, Sent, calls, runs_here, submission, submit
from ckreg.core.units import counted
from ckreg.errors import RefusedError, UsageError


@click.command()
@click.argument("experiment")
@click.argument("runs", metavar="[RUN]...", nargs=-1)
@click.option("--local", is_flag=True, help="Run the jobs on this machine, without Slurm.")
@click.option("--no-arrays", is_flag=True, help="One job a run, even where runs are alike.")
@dry_run_option
@yes_option
@json_option
@click.pass_obj
def command(  # noqa: PLR0913  # one parameter an option, as click hands them over
    place: Place,
    /,
    experiment: str,
    runs: tuple[str, ...],
    *,
    local: bool,
    no_arrays: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Send an experiment's runs to Slurm, each evaluation behind its training.

    The plan is checked and sealed first. What runs, is done or was sent is skipped; runs whose scripts ask
    for the same become one array. A call that is cut short is taken up by the next: nothing is sent twice.
    RUN may be a pattern such as `*_rank4`; with --dry-run the sbatch lines are shown.

    With --local, or the setting `scheduler = "local"`, the jobs run as processes of this machine, as many at
    once as `local_jobs` says. Their time limits are held, memory and GPUs are not.

    \b
    Example:
      ckreg submit cap_8L_lora --dry-run
      ckreg submit cap_8L_lora 'Llama-3.2-1B*'
    """
    home = place.home()
    how = How(runs, arrays=not no_arrays)
    planned = submission(home, experiment, how, local=local)
    for warning in planned.warnings:
        warn(warning)
    if dry_run:
        _show_calls(planned, [list(words) for words in calls(home, planned, local=local)], as_json=as_json)
        return
    if planned.works and not yes:
        _ask(planned, here=runs_here(home, local=local))
    sent = submit(home, planned, how, note, local=local)
    if as_json:
        emit_json(answers.sent(sent))
    else:
        _say(sent)


def _ask(planned: Planned, *, here: bool) -> None:
    if not on_terminal():
        raise UsageError("Nobody can be asked here; say --yes to send the jobs.")
    _show(planned)
    number = counted(len(planned.works), "job")
    calls = counted(len(planned.batches), "call")
    question = f"Run {number} on this machine?" if here else f"Send {number} in {calls} of sbatch?"
    if not click.confirm(question, err=True):
        raise RefusedError("Nothing was sent.")


def _show(planned: Planned) -> None:
    emit_table(
        ("Run", "Task", "Epoch", "Array", "Waits for"),
        [
            (
                work.key.run,
                work.key.task,
                work.key.epoch,
                f"{place}, task {batch.tasks[index]}" if batch.tasks else None,
                "its training" if work.after else work.after_job and f"job {work.after_job}",
            )
            for place, batch in enumerate(planned.batches, 1)
            for index, work in enumerate(batch.works)
        ],
        wrap={1},
        optional={3},
    )
    _show_skipped(planned)


def _show_skipped(planned: "Planned | Sent") -> None:
    for skipped in planned.skipped:
        note(f"{skipped.key}: {skipped.why}")
    if planned.left:
        note(f"{counted(planned.left, 'more row')} wait for room in the queue (`max_submit`); submit again.")


def _show_calls(planned: Planned, lines: list[list[str]], *, as_json: bool) -> None:
    if as_json:
        emit_json(answers.planned(planned, lines))
        return
    for words in lines:
        emit(shlex.join(words))
    _show_skipped(planned)


def _say(sent: Sent) -> None:
    if sent.found:
        note(f"Jobs of a submission that was cut short were found and are recorded in {sent.found[:10]}.")
    for key, job in sent.jobs:
        emit(f"{key}: job {job}")
    _show_skipped(sent)
    if sent.commit:
        note(f"{counted(len(sent.jobs), 'job')} recorded in {sent.commit[:10]}.")
    elif not sent.jobs:
        note("Nothing was sent.")
