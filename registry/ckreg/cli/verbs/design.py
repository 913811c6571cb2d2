"""`ckreg design`: from a spec to a verified, estimated plan in git."""

from collections.abc import Callable

import click

from ckreg.cli.common import Place, dry_run_option, json_option, on_terminal, yes_option
from ckreg.cli.output import emit, emit_json, note, warn
from ckreg.commands.design import Designed, design, draft
from ckreg.core.plan.brief import brief
from ckreg.errors import RefusedError, UsageError
from ckreg.flows.designing import Draft


@click.command()
@click.option("--spec", required=True, metavar="FILE", help="The spec: YAML, TOML or JSON.")
@click.option("--no-index", is_flag=True, help="Rest on what is indexed; look for no new logs.")
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
    spec: str,
    no_index: bool,
    concurrent: int | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write a verified, estimated plan from a spec, and commit it.

    Models, dataset, evaluation scripts and disk space are looked at; what is missing is marked in the plan
    as a prerequisite. Times rest on prior runs. The plan ends with its budget; where that is over a limit
    (max_gpu_hours, max_submit, free disk), with what could be cut and what each cut saves. Relative paths in
    the spec start at the registry. An experiment that exists is never overwritten.

    \b
    Example:
      ckreg design --spec lora_comparison.yaml
      ckreg design --spec lora_comparison.yaml --dry-run
      ckreg design --spec lora_comparison.yaml --concurrent 8
    """
    home = place.home()
    drafted = draft(home, place.path(spec), index=not no_index, concurrent=concurrent)
    for warning in drafted.sheet.settings.warnings:
        warn(warning)
    if dry_run:
        _show_dry(drafted, as_json=as_json)
        return
    if not yes:
        _ask(drafted, note if as_json else emit)
    done = design(home, drafted)
    if as_json:
        emit_json(_as_done(drafted, done))
    else:
        _say_done(drafted, done, shown=not yes)


def _show_dry(drafted: Draft, *, as_json: bool) -> None:
    if as_json:
        emit_json({**_as_json(drafted), "files": drafted.files})
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


def _as_json(drafted: Draft) -> dict[str, object]:
    plan = drafted.sheet.plan
    return {
        "experiment": plan.name,
        "path": drafted.sheet.folder,
        "type": plan.design_type,
        "runs": [run.name for run in plan.runs],
        "controls": [control.name for control in plan.controls],
        "evaluations": len(plan.evaluations),
        "estimates": drafted.sheet.forecast.as_json()["total"],
        "preliminary": drafted.sheet.forecast.preliminary,
        "budget": drafted.sheet.budget.as_json(),
        "checks": [{"check": check.text, "mark": check.mark} for check in drafted.checks],
        "notes": drafted.sheet.notes,
    }


def _as_done(drafted: Draft, done: Designed) -> dict[str, object]:
    return {**_as_json(drafted), "committed": True, "commit": done.commit, "files": list(done.files)}


def _say_done(drafted: Draft, done: Designed, *, shown: bool) -> None:
    if not shown:
        emit(brief(drafted.sheet, drafted.checks))
        emit()
    emit(f"Created {drafted.sheet.folder}/experiment_summary.md ({done.commit[:10]}). Please review it.")
    first = drafted.sheet.plan.runs[0].name
    note(
        "Next: create the run directories and configs, submit, and keep the status up to date:\n"
        f"  ckreg show {done.experiment}\n"
        f"  ckreg check experiments/{done.experiment}\n"
        f"  ckreg status set {done.experiment} {first} --status running --job-id JOB\n"
        "  ckreg estimate --help    for a run that is not in the plan"
    )
