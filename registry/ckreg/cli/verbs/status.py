"""`ckreg status`: show, set and sync."""

from typing import TypedDict, Unpack

import click

from ckreg.adapters.config import load_settings
from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.following import sync
from ckreg.cli.output import counts_in_words, emit, emit_diff, emit_json, emit_table, note, short_time, warn
from ckreg.commands.status_set import Wish, how_it_went, status_preview, status_set
from ckreg.commands.status_show import ExperimentStatus, status_show
from ckreg.core.status import Source, Status
from ckreg.errors import BusyError
from ckreg.flows.updates import Committed


class Words(TypedDict):
    """The words of `status set` that go into the wish as they are."""

    run: str
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
        ctx.invoke(show, experiment=None, as_json=False)


@command.command()
@click.argument("experiment", required=False)
@json_option
@click.pass_obj
def show(place: Place, experiment: str | None, as_json: bool) -> None:
    """Show how far an experiment is, or all of them.

    EXPERIMENT may be the beginning of a name.

    \b
    Example:
      ckreg status show cap_8L_lora
    """
    found = status_show(place.home(), experiment)
    if as_json:
        told = [_as_told(status) for status in found]
        emit_json(told[0] if experiment is not None else told)
    elif experiment is not None:
        _show_one(found[0])
    else:
        _show_all(found)


@command.command(name="set")
@click.argument("experiment")
@click.argument("run")
@click.option("--status", type=click.Choice([str(value) for value in Status]), help="The new status.")
@click.option("--job-id", "job", help="The Slurm job, 12345 or 12345_7.")
@click.option("--task", help="An evaluation's task; without it the fine-tuning of RUN is meant.")
@click.option("--epoch", help="An evaluation's epoch, from 0, or `best`.")
@click.option("--note", help="What to put into Notes.")
@click.option("--resolved", type=click.IntRange(min=0), help="The epoch that `best` turned out to be.")
@click.option(
    "--by",
    type=click.Choice(["person", "log", "job"]),
    default="person",
    show_default=True,
    help="Who says so.",
)
@click.option("--evidence", help="How that is known; goes into the commit.")
@click.option("--force", "forced", is_flag=True, help="Allow any transition; recorded as forced.")
@dry_run_option
@json_option
@click.pass_obj
def set_(
    place: Place,
    /,
    experiment: str,
    dry_run: bool,
    as_json: bool,
    status: str | None,
    by: str,
    **wish: Unpack[Words],
) -> None:
    """Set the status, job, or note of one run or evaluation, and commit it.

    Only those cells change (with Started and Completed, which follow the status); what you have not
    finished in the same file is neither committed nor lost.

    \b
    Example:
      ckreg status set cap_8L_lora Llama-3.2-1B_rank4 --status running --job-id 12345
      ckreg status set cap_8L_lora Llama-3.2-1B_rank4 --task capitalization \\
          --epoch 0 --status failed --note "out of memory"
    """
    home = place.home()
    asked = Wish(**wish, status=None if status is None else Status(status), by=Source(by))
    if dry_run:
        shown = status_preview(home, experiment, asked)
        emit_diff(shown.path, shown.before, shown.after)
        return
    seconds = load_settings(home).lock_timeout_seconds
    try:
        done = status_set(home, experiment, asked, timeout_seconds=seconds)
    except BusyError:
        if as_json:
            emit_json({"experiment": experiment, "run": asked.run, "committed": False, "commit": None})
        raise
    for warning in done.warnings:
        warn(warning)
    if as_json:
        emit_json(_as_done(done))
    else:
        _say_done(done)
        if told := how_it_went(home, done.update):
            note(told)


command.add_command(sync)


def _as_told(status: ExperimentStatus) -> dict[str, object]:
    fine_tuning = ("run_name", "status", "job_id", "started", "completed", "notes")
    evaluation = ("run_name", "task", "epoch", "status", "job_id", "completed", "notes")
    return {
        "experiment": status.experiment,
        "fine_tuning": [{key: getattr(row, key) for key in fine_tuning} for row in status.fine_tuning],
        "evaluations": [{key: getattr(row, key) for key in evaluation} for row in status.evaluations],
    }


def _show_one(status: ExperimentStatus) -> None:
    emit(status.experiment, bold=True)
    if status.fine_tuning:
        emit("\nFine-tuning")
        emit_table(
            ("Run", "Status", "Job", "Started", "Completed", "Notes"),
            [
                (
                    row.run_name,
                    row.status,
                    row.job_id,
                    short_time(row.started),
                    short_time(row.completed),
                    row.notes,
                )
                for row in status.fine_tuning
            ],
        )
    if status.evaluations:
        emit("\nEvaluations")
        emit_table(
            ("Run", "Task", "Epoch", "Status", "Job", "Completed", "Notes"),
            [
                (
                    row.run_name,
                    row.task,
                    row.epoch,
                    row.status,
                    row.job_id,
                    short_time(row.completed),
                    row.notes,
                )
                for row in status.evaluations
            ],
            wrap={1},
            optional={4, 5},
        )


def _show_all(found: list[ExperimentStatus]) -> None:
    if not found:
        emit("No experiments yet. `ckreg design` writes the first.")
        return
    rows = [(status.experiment, *map(counts_in_words, status.counts.values())) for status in found]
    emit_table(("Experiment", "Fine-tuning", "Evaluations"), rows)


def _as_done(done: Committed) -> dict[str, object]:
    update = done.update
    return {
        "experiment": update.request.experiment,
        "run": update.request.run,
        "task": update.request.task,
        "epoch": update.request.epoch,
        "from": update.old,
        "to": update.new,
        "cells": dict(update.cells),
        "changed": done.commit is not None,
        "committed": True,
        "commit": done.commit,
    }


def _say_done(done: Committed) -> None:
    update = done.update
    if done.commit is None:
        note(f"{update.request.run} says so already; nothing changed.")
        return
    what = f"{update.old} -> {update.new}" if "Status" in update.cells else ", ".join(update.cells)
    emit(f"{update.request.experiment} {update.request.run}: {what} ({done.commit[:10]})")
