"""`ckreg compare`: an experiment's estimates beside what became of them."""

import click

from ckreg.cli.answers.compare import compared
from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, emit_table
from ckreg.commands.compare import Compared, compare_estimates
from ckreg.core.score.values import Met
from ckreg.core.units import duration
from ckreg.errors import UsageError


@click.command()
@click.argument("experiment")
@click.option("--estimates", is_flag=True, help="Predicted times beside the actual ones.")
@json_option
@click.pass_obj
def command(place: Place, experiment: str, *, estimates: bool, as_json: bool) -> None:
    """Compare what was predicted of an experiment with what became of it.

    EXPERIMENT may be the beginning of a name. The actual time is the scheduler's where `ckreg index` has it,
    else the log's, else from Started to Completed in the document.

    \b
    Example:
      ckreg compare cap_8L_lora --estimates
    """
    if not estimates:
        raise UsageError("Say what to compare: --estimates shows predicted times beside the actual ones.")
    found = compare_estimates(place.home(), experiment)
    if as_json:
        emit_json(compared(found))
    else:
        _show(found)


def _show(found: Compared) -> None:
    emit(found.experiment, bold=True)
    training = [each for each in found.predictions if each.task is None]
    evaluations = [each for each in found.predictions if each.task is not None]
    times = ("Predicted", "p90", "Actual", "Ratio")
    if training:
        emit("\nFine-tuning")
        emit_table(
            ("Run", *times),
            [(each.run_name, *_times(each)) for each in training],
            right={1, 2, 3, 4},
            wrap={0},
        )
    if evaluations:
        emit("\nEvaluations")
        emit_table(
            ("Run", "Task", "Epoch", *times),
            [(each.run_name, each.task, each.epoch, *_times(each)) for each in evaluations],
            right={2, 3, 4, 5, 6},
            wrap={0, 1},
            optional={2},
        )
    if any(not _held(each) for each in found.predictions):
        emit("\n! beyond the 90th percentile")
    if any(each.at_least for each in found.predictions):
        emit("\n> stopped at the time limit: it would have taken longer")


def _times(each: Met) -> tuple[str | None, str | None, str | None, str | None]:
    over = "> " if each.at_least else ""
    held = "" if _held(each) else " !"
    return (
        _duration(each.median_seconds),
        _duration(each.p90_seconds),
        f"{over}{duration(each.actual_seconds)}"
        if each.actual_seconds
        else f"({each.status or 'no status'})",
        None if each.ratio is None else f"{over}{each.ratio:.2f}{held}",
    )


def _held(each: Met) -> bool:
    """Whether the 90th percentile held, as far as is known."""
    return not (each.actual_seconds and each.p90_seconds) or each.actual_seconds <= each.p90_seconds


def _duration(seconds: float | None) -> str | None:
    return None if seconds is None else duration(seconds)
