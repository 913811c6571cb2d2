"""`ckreg drift`."""

import click

from ckreg.cli.answers.drift import drifted
from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, note, warn
from ckreg.commands.drift import drift
from ckreg.core.shown.ran import Deviation
from ckreg.flows.drifting import Drift, PlanDrift


@click.command()
@click.argument("experiment")
@json_option
@click.pass_context
def command(ctx: click.Context, experiment: str, as_json: bool) -> None:
    """Tell how a plan differs from the sealed one, and how its configs and jobs differ from the plan.

    The plan is that of the document in your folder; configs are the finetune.yaml that lie there; of the
    jobs it is told what their logs say. Exits with 1 where anything differs.
    EXPERIMENT may be the beginning of a name.

    \b
    Example:
      ckreg drift cap_8L_lora
    """
    place: Place = ctx.obj
    found = drift(place.home(), experiment)
    if found.unknown:
        warn(f"the configs were not compared with the plan: {found.unknown}")
    if as_json:
        emit_json(drifted(found))
    else:
        _emit(found)
    ctx.exit(1 if found.plan or found.configs or found.ran else 0)


def _emit(found: Drift) -> None:
    for item in found.plan:
        emit(_planned(item))
    for config in found.configs:
        emit(
            f"{config.path}: {config.run_name} is configured with {config.key} {config.configured}, "
            f"planned {config.planned}"
        )
    for deviation in found.ran:
        emit(_deviating(deviation))
    if found.plan:
        note(f"`ckreg amend {found.experiment} --reason TEXT` accepts the changed plan and seals it again.")
    if not (found.plan or found.configs or found.ran):
        note(f"{found.experiment}: the plan is as it was sealed.")


def _planned(item: PlanDrift) -> str:
    return f"{item.path}{'' if item.line is None else f':{item.line}'}: {item.words}"


def _deviating(deviation: Deviation) -> str:
    job = f" (job {deviation.job_id})" if deviation.job_id else ""
    return (
        f"{deviation.log_path}: {deviation.run_name}{job} ran with {deviation.setting} {deviation.ran}, "
        f"planned {deviation.planned}"
    )
