"""`ckreg list`."""

import click

from ckreg.cli.common import Place, at_option, json_option
from ckreg.cli.output import counts_in_words, emit, emit_json, emit_table
from ckreg.commands.list import list_experiments


@click.command()
@at_option
@json_option
@click.pass_obj
def command(place: Place, /, at: str | None, as_json: bool) -> None:
    """List the experiments with their type and how far they are.

    \b
    Example:
      ckreg list --json
    """
    found = list_experiments(place.home(), at)
    if as_json:
        emit_json(found)
    elif not found:
        emit("No experiments yet. `ckreg design` writes the first.")
    else:
        emit_table(
            ("Experiment", "Type", "Runs", "Fine-tuning", "Evaluations"),
            [
                (
                    item.experiment,
                    item.type,
                    item.runs,
                    counts_in_words(item.fine_tuning),
                    counts_in_words(item.evaluations),
                )
                for item in found
            ],
            right={2},
        )
