"""`ckreg design`: from answers, a spec or an experiment to a verified, estimated plan in git."""

from collections.abc import Callable
from dataclasses import replace
from typing import Unpack

import click

from ckreg.cli.answers.design import committed, planned
from ckreg.cli.common import (
    Place,
    create_dataset_option,
    dry_run_option,
    json_option,
    on_terminal,
    yes_option,
)
from ckreg.cli.offering import accepted
from ckreg.cli.output import emit, emit_json, note, warn
from ckreg.cli.starting import Begin, begin_options, beginning
from ckreg.commands.design import Designed, How, create_datasets, design, draft, missing_datasets
from ckreg.core.plan.brief import brief
from ckreg.errors import RefusedError, UsageError
from ckreg.flows.designing import Draft


@click.command()
@begin_options
@click.option("--no-index", is_flag=True, help="Rest on what is indexed; look for no new logs.")
@create_dataset_option
@click.option(
    "--concurrent",
    type=click.IntRange(min=1),
    metavar="N",
    help="Jobs that run at once, for the wall time; default: concurrent_jobs, else max_submit.",
)
@yes_option
@dry_run_option
@json_option
@click.pass_obj
def command(  # noqa: PLR0913  # one parameter an option
    place: Place,
    /,
    *,
    no_index: bool,
    create_dataset: bool,
    concurrent: int | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    **begin: Unpack[Begin],
) -> None:
    """Write a verified, estimated plan, and commit it.

    Without --spec and --from it is a conversation: all that a plan needs is asked, with defaults, and with
    choices that were found. Ctrl-C loses nothing: --resume goes on.

    Models, dataset, evaluation scripts and disk space are looked at; what is missing is marked in the plan
    as a prerequisite. Times rest on prior runs. The plan ends with its budget; where that is over a limit
    (max_gpu_hours, max_submit, free disk), with what could be cut and what each cut saves. Relative paths in
    the spec start at the registry. An experiment that exists is never overwritten.

    \b
    Example:
      ckreg design
      ckreg design --spec lora_comparison.yaml --dry-run
      ckreg design --spec lora_comparison.yaml --concurrent 8
      ckreg design --from cap_8L_lora --set lora_rank=32,64 --set factor=high_ranks
    """
    home = place.home()
    how = How(index=not no_index, concurrent=concurrent)
    if begin["spec"] or begin["source"]:
        begun = beginning(place, home, begin)
        offered = [] if dry_run else missing_datasets(home, begun)
        created = create_datasets(accepted(offered, agreed=create_dataset, ask=not yes))
        drafted = draft(home, begun, replace(how, created=created))
        for warning in drafted.sheet.settings.warnings:
            warn(warning)
        if not (dry_run or yes):
            _ask(drafted, note if as_json else emit)
    else:
        from ckreg.cli.wizard import by_conversation  # noqa: PLC0415  # only a conversation needs it

        drafted = by_conversation(place, home, begin, how, ask=not (dry_run or yes))
    if dry_run:
        _show_dry(drafted, as_json=as_json)
        return
    done = design(home, drafted)
    if as_json:
        emit_json(committed(drafted, done))
    else:
        _say_done(drafted, done, shown=not yes)


def _show_dry(drafted: Draft, *, as_json: bool) -> None:
    if as_json:
        emit_json(planned(drafted))
        return
    emit(drafted.document.removesuffix("\n"))
    note(f"Nothing was written; experiments/{drafted.name} would hold {', '.join(drafted.files)}.")


def _ask(drafted: Draft, show: Callable[[str], None]) -> None:
    """Show the plan and have it approved.

    Raises:
        UsageError: nobody is there to be asked.
        RefusedError: the answer was no.
    """
    show(brief(drafted.sheet, drafted.checks))
    if not on_terminal():
        raise UsageError("Nobody can be asked here, so nothing was written. --yes approves the plan above.")
    if not click.confirm("\nWrite and commit this plan?", err=True):
        raise RefusedError("The plan was declined; nothing was written. Change the spec and design again.")


def _say_done(drafted: Draft, done: Designed, *, shown: bool) -> None:
    if not shown:
        emit(brief(drafted.sheet, drafted.checks))
        emit()
    emit(f"Created {drafted.sheet.folder}/experiment_summary.md ({done.commit[:10]}). Please review it.")
    note(
        "Next: write the run directories and configs, submit, and keep the status up to date:\n"
        f"  ckreg show {done.experiment}\n"
        f"  ckreg check experiments/{done.experiment}\n"
        f"  ckreg scaffold {done.experiment}\n"
        f"  ckreg submit {done.experiment}\n"
        f"  ckreg status sync {done.experiment}\n"
        "  ckreg estimate --help    for a run that is not in the plan"
    )
