"""`ckreg show`."""

import click

from ckreg.cli.common import Place, at_option, json_option
from ckreg.cli.output import counts_in_words, emit, emit_json, emit_table
from ckreg.commands.show import Shown, show
from ckreg.core.status import count_statuses


@click.command()
@click.argument("experiment")
@at_option
@json_option
@click.pass_obj
def command(place: Place, /, experiment: str, at: str | None, as_json: bool) -> None:
    """Show what an experiment asks, its runs, and how far they are.

    EXPERIMENT may be the beginning of a name. --at takes what git takes for a revision (HEAD~3, a tag), or a
    date (2025-10-22, yesterday, '2 weeks ago').

    \b
    Example:
      ckreg show cap_8L_lora
      ckreg show cap_8L_lora --at '2 weeks ago'
    """
    shown = show(place.home(), experiment, at)
    if as_json:
        emit_json(shown)
    else:
        _emit(shown)


def _emit(shown: Shown) -> None:
    summary = shown.summary
    emit(shown.experiment, bold=True)
    emit(f"{summary.question or '(no question)'}\n")
    facts = {
        "Type": summary.type,
        "Created": summary.created,
        **{factor.factor: ", ".join(factor.levels) for factor in summary.factors},
        "Evaluations": counts_in_words(count_statuses(row.status for row in summary.evaluations)),
        "Document": shown.path,
    }
    for key, value in facts.items():
        emit(f"{key + ':':<14} {value or '-'}")
    emit()
    statuses = {row.run_name: row for row in summary.fine_tuning}
    emit_table(
        ("Run", "Batch", "Est. time", "Status", "Job"),
        [
            (
                run.run_name,
                run.batch_size,
                run.est_time,
                statuses[run.run_name].status if run.run_name in statuses else "control",
                statuses[run.run_name].job_id if run.run_name in statuses else None,
            )
            for run in summary.runs
        ],
        right={1},
    )
