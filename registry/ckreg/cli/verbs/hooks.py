"""`ckreg hooks`: install and uninstall."""

from pathlib import Path

import click

from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_diff, emit_json, fail, note
from ckreg.commands.hooks import check_message, hooks_install, hooks_preview, hooks_uninstall
from ckreg.errors import RefusedError


@click.group()
def command() -> None:
    """Install or remove the git hooks that check what is committed."""


@command.command()
@dry_run_option
@json_option
@click.pass_obj
def install(place: Place, /, dry_run: bool, as_json: bool) -> None:
    """Install hooks: pre-commit checks the staged documents, commit-msg holds sealed plans.

    A hook that is there goes on working: it is called first.

    \b
    Example:
      ckreg hooks install
    """
    if dry_run:
        for path, text in hooks_preview(place.home()).items():
            emit_diff(str(path), path.read_text() if path.exists() else None, text)
        return
    done = hooks_install(place.home())
    if as_json:
        emit_json(done)
    elif done.changed:
        emit(f"Installed {', '.join(done.changed)} in {done.folder}.")
    else:
        note(f"The hooks are in {done.folder} already; nothing changed.")


@command.command()
@json_option
@click.pass_obj
def uninstall(place: Place, /, as_json: bool) -> None:
    """Remove ckreg's hooks and put back those that were there before.

    \b
    Example:
      ckreg hooks uninstall
    """
    done = hooks_uninstall(place.home())
    if as_json:
        emit_json(done)
    elif done.changed:
        emit(f"Removed {', '.join(done.changed)} from {done.folder}.")
    else:
        note(f"No hook in {done.folder} is ckreg's; nothing changed.")


@command.command(name="check-message", hidden=True)
@click.argument("file", type=click.Path())
@click.pass_obj
def check_message_(place: Place, /, file: str) -> None:
    """Check a commit's message against what is staged, as the hook commit-msg does.

    \b
    Example:
      ckreg hooks check-message .git/COMMIT_EDITMSG
    """
    found = check_message(place.home(), Path(file).read_bytes().decode(errors="replace"))
    for text in found[:-1]:
        fail(text)
    if found:
        raise RefusedError(found[-1])
