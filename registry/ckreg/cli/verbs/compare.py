"""`ckreg compare`: estimates beside what became of them; experiments beside each other."""

import click

from ckreg.cli.common import Place
from ckreg.cli.contrasted import emit_contrast
from ckreg.cli.formats import Format, emit_rows, format_option
from ckreg.cli.output import emit, emit_json, emit_table
from ckreg.commands.compare import Compared, compare, compare_estimates
from ckreg.core.score.values import Met
from ckreg.core.units import duration
from ckreg.errors import UsageError

_KEYS = ("run_name", "task", "epoch", "tier", "median_seconds", "p90_seconds", "status")
_ACTUAL = ("actual_seconds", "actual_from", "at_least")


@click.command()
@click.argument("experiments", nargs=-1, required=True)
@click.option("--estimates", is_flag=True, help="Of one experiment: predicted times beside the actual ones.")
@format_option
@click.pass_obj
def command(place: Place, experiments: tuple[str, ...], *, estimates: bool, form: Format) -> None:
    """Compare experiments with each other, or what was predicted of one with what became of it.

    Of several: what differs between their plans (only what differs), then the runs that compare (of the same
    name, or of the same model and rank) with predicted and actual time and their results side by side.
    `ckreg results` finds the results.

    Of one: the times of its estimates beside the actual ones: the scheduler's where `ckreg index` has them,
    else the log's, else from Started to Completed in the document. EXPERIMENTS may be beginnings of names.

    \b
    Example:
      ckreg compare cap_8L_lora
      ckreg compare cap_8L_lora cap_8L_full
    """
    if len(experiments) > 1:
        if estimates:
            raise UsageError("--estimates compares one experiment with its estimates; name only one.")
        emit_contrast(compare(place.home(), experiments), form)
        return
    found = compare_estimates(place.home(), experiments[0])
    if form == Format.JSON:
        emit_json(_json(found))
    elif form == Format.TABLE:
        _show(found)
    else:
        rows = [
            [each[key] for key in (*_KEYS, *_ACTUAL, "ratio")] for each in map(_values, found.predictions)
        ]
        emit_rows(form, (*_KEYS, *_ACTUAL, "ratio"), rows)


def _json(found: Compared) -> dict[str, object]:
    return {"experiment": found.experiment, "estimates": [_values(each) for each in found.predictions]}


def _values(each: Met) -> dict[str, object]:
    ratio = None if each.ratio is None else round(each.ratio, 4)
    return {key: getattr(each, key) for key in (*_KEYS, *_ACTUAL)} | {"ratio": ratio}


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
