"""`ckreg hooks`: install and uninstall."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from ckreg.cli.answers import Change
from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_diff, emit_json, fail, note
from ckreg.commands.hooks import (
    Hooks,
    check_message,
    hooks_install,
    hooks_preview,
    hooks_uninstall,
    receive,
    server_install,
    server_preview,
    server_uninstall,
)
from ckreg.errors import RefusedError

_SHOWN = 20

server_option = click.option(
    "--server", is_flag=True, help="In the bare repository DIR that is shared: guard what is pushed to it."
)
folder_argument = click.argument("folder", metavar="[DIR]", required=False)


@click.group()
def command() -> None:
    """Install or remove the git hooks that check what is committed."""


@command.command()
@server_option
@folder_argument
@dry_run_option
@json_option
@click.pass_obj
def install(place: Place, /, *, server: bool, folder: str | None, dry_run: bool, as_json: bool) -> None:
    """Install hooks: pre-commit checks the staged documents, commit-msg holds statuses and sealed plans.

    pre-merge-commit checks a merge: what neither side had wrong before stops it, nothing else does.
    With --server the hook pre-receive, into a bare repository: a push is refused that loses a status row,
    makes a transition that history forbids, changes a sealed plan without a reason or brings new errors.
    A hook that is there goes on working: it is called first.

    \b
    Example:
      ckreg hooks install
      ckreg hooks install --server /srv/git/experiments.git
    """
    bare = _bare(place, folder, server=server)
    if dry_run:
        planned = hooks_preview(place.home()) if bare is None else server_preview(bare)
        _show_preview(planned, as_json=as_json)
        return
    done = hooks_install(place.home()) if bare is None else server_install(bare)
    if as_json:
        emit_json(done)
    elif done.changed:
        emit(f"Installed {', '.join(done.changed)} in {done.folder}.")
    else:
        note(f"The hooks are in {done.folder} already; nothing changed.")


@command.command()
@server_option
@folder_argument
@json_option
@click.pass_obj
def uninstall(place: Place, /, *, server: bool, folder: str | None, as_json: bool) -> None:
    """Remove ckreg's hooks and put back those that were there before.

    \b
    Example:
      ckreg hooks uninstall
      ckreg hooks uninstall --server /srv/git/experiments.git
    """
    bare = _bare(place, folder, server=server)
    done: Hooks = hooks_uninstall(place.home()) if bare is None else server_uninstall(bare)
    if as_json:
        emit_json(done)
    elif done.changed:
        emit(f"Removed {', '.join(done.changed)} from {done.folder}.")
    else:
        note(f"No hook in {done.folder} is ckreg's; nothing changed.")


def _show_preview(planned: Mapping[Path, str], *, as_json: bool) -> None:
    files = [Change(path=str(path), before=_there(path), after=text) for path, text in planned.items()]
    if as_json:
        emit_json({"files": files})
        return
    for file in files:
        emit_diff(file["path"], file["before"], file["after"])


def _there(path: Path) -> str | None:
    return path.read_bytes().decode(errors="replace") if path.is_file() else None


def _bare(place: Place, folder: str | None, *, server: bool) -> Path | None:
    """The bare repository that is meant; None for the registry around this place."""
    if folder is not None and not server:
        raise click.UsageError("DIR is a bare repository, for --server. For a registry use `ckreg -C DIR`.")
    if not server:
        return None
    path = place.path(folder or ".")
    if not path.is_dir():
        raise click.UsageError(f"{path} is not a folder.")
    return path


@command.command(name="check-message", hidden=True)
@click.argument("file", type=click.Path())
@click.pass_obj
def check_message_(place: Place, /, file: str) -> None:
    """Check a commit's message against what is staged, as the hook commit-msg does.

    \b
    Example:
      ckreg hooks check-message .git/COMMIT_EDITMSG
    """
    _refuse(check_message(place.home(), Path(file).read_bytes().decode(errors="replace")))


@command.command(name="receive", hidden=True)
@click.pass_obj
def receive_(place: Place, /) -> None:
    """Check a push, as the hook pre-receive does; its lines `OLD NEW REF` come on standard input.

    \b
    Example:
      ckreg -C /srv/git/experiments.git hooks receive <updates
    """
    told = sys.stdin.buffer.read().decode(errors="surrogateescape")
    _refuse(receive(place.start, told))


def _refuse(found: list[str]) -> None:
    """Say why, the last one as the failure of the call."""
    if len(found) > _SHOWN:
        found = [*found[:_SHOWN], f"And {len(found) - _SHOWN} more."]
    for text in found[:-1]:
        fail(text)
    if found:
        raise RefusedError(found[-1])
