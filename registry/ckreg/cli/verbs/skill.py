"""`ckreg skill`: install and uninstall."""

from pathlib import Path

import click

from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_diff, emit_json, note
from ckreg.commands.skill import Skill, skill_install, skill_uninstall
from ckreg.errors import UsageError

project_option = click.option("--project", metavar="DIR", help="In this folder, not in the registry's own.")
user_option = click.option("--user", is_flag=True, help="In your home, for all your projects.")
force_option = click.option("--force", is_flag=True, help="Also where the skill is not as ckreg wrote it.")


@click.group()
def command() -> None:
    """Teach the assistants that work in a project to drive ckreg, or take that back."""


@command.command()
@project_option
@user_option
@click.option("--agents-md", is_flag=True, help="With a section in the project's AGENTS.md, too.")
@force_option
@dry_run_option
@json_option
@click.pass_obj
def install(  # noqa: PLR0913  # one parameter an option
    place: Place,
    /,
    *,
    project: str | None,
    user: bool,
    agents_md: bool,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write .claude/skills/design-experiment/SKILL.md, with which an assistant asks, plans and runs.

    It lies in the registry, with --project in another folder, with --user in your home. What else is in
    AGENTS.md stays as it is. Run again after an update of ckreg, it writes what is new; a skill that you have
    changed stays. Nothing is committed.

    \b
    Example:
      ckreg skill install --agents-md
      ckreg skill install --user
    """
    if user and agents_md:
        raise UsageError("AGENTS.md is a project's file: leave --user or --agents-md out.")
    folder = _folder(place, project, user=user)
    done = skill_install(folder, agents_md=agents_md, linked=user, force=force, dry_run=dry_run)
    _say(done, "Wrote", "The skill is there already", dry_run=dry_run, as_json=as_json)


@command.command()
@project_option
@user_option
@force_option
@dry_run_option
@json_option
@click.pass_obj
def uninstall(
    place: Place, /, *, project: str | None, user: bool, force: bool, dry_run: bool, as_json: bool
) -> None:
    """Remove the skill, and the section of AGENTS.md.

    \b
    Example:
      ckreg skill uninstall
    """
    folder = _folder(place, project, user=user)
    done = skill_uninstall(folder, linked=user, force=force, dry_run=dry_run)
    _say(done, "Removed what ckreg wrote in", "There is no skill", dry_run=dry_run, as_json=as_json)


def _folder(place: Place, project: str | None, *, user: bool) -> Path:
    if user and project is not None:
        raise UsageError("Give one of --user and --project.")
    if user:
        return Path.home()
    return place.home().root if project is None else place.path(project)


def _say(done: Skill, did: str, nothing: str, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        emit_json(done)
    elif not done.files:
        note(f"{nothing}; nothing changed.")
    elif dry_run:
        for file in done.files:
            emit_diff(file.path, file.before, file.after)
    else:
        emit(f"{did} {', '.join(str(done.folder / file.path) for file in done.files)}.")
