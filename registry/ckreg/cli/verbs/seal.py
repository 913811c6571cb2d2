"""`ckreg seal`."""

import click

from ckreg.cli.answers import seal as answers
from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_diff, emit_json, note, warn
from ckreg.commands.seal import seal
from ckreg.flows.sealing import seal_path


@click.command()
@click.argument("experiment")
@dry_run_option
@json_option
@click.pass_obj
def command(place: Place, /, experiment: str, dry_run: bool, as_json: bool) -> None:
    """Seal an experiment's plan as it is committed.

    The seal has the plan's runs, factors, resources, matrix, configuration and estimates; layout, wording,
    notes and statuses may change after it, those may not without `ckreg amend`. The first run that
    leaves `pending` seals by itself. EXPERIMENT may be the beginning of a name.

    \b
    Example:
      ckreg seal cap_8L_lora
    """
    sealed = seal(place.home(), experiment, dry_run=dry_run)
    if sealed.unfinished:
        warn(
            f"{sealed.experiment}: the document in your folder has another plan than the committed one; "
            f"that is what is sealed. Commit yours with `ckreg amend`."
        )
    if as_json:
        emit_json(answers.sealed(sealed))
    elif sealed.before is not None:
        note(f"{sealed.experiment} is sealed already, and its plan is the same; nothing changed.")
    elif dry_run:
        emit_diff(seal_path(sealed.experiment), sealed.before, sealed.seal.text)
    else:
        emit(f"{sealed.experiment}: sealed as {sealed.seal.hash[:12]} ({(sealed.commit or '')[:10]})")
