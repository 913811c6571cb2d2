"""`ckreg init`."""

from collections.abc import Iterable

import click

from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_diff, emit_json, note, warn
from ckreg.commands.init import PlannedFile, init, init_preview

_SHOWN = 5


@click.command()
@click.argument("folder", metavar="[DIR]", default=".")
@click.option("--shared", is_flag=True, help="Let the folder's group work in this clone, each as themselves.")
@dry_run_option
@json_option
@click.pass_obj
def command(place: Place, /, folder: str, shared: bool, dry_run: bool, as_json: bool) -> None:
    """Make DIR (this folder by default) a registry, and commit the files that make it one.

    A folder without git becomes a repository. In one that has content, only ckreg's own files are
    added. Run twice, it changes nothing.

    With --shared several people may work in this one clone: `chgrp` the folder to their group first. Its
    files are then the group's, and .ckreg/ is nobody else's.

    \b
    Example:
      ckreg init my-registry
    """
    path = place.path(folder)
    if dry_run:
        _show_preview(init_preview(path), as_json=as_json)
        return
    done = init(path, shared=shared)
    for closed in done.closed[:_SHOWN]:
        warn(f"{closed} is somebody else's, and closed to the group: its owner has to run this, too.")
    if as_json:
        emit_json(done)
    elif done.commit is None:
        note(f"{done.root} is a registry already; {_shared_or_not(shared=shared)}.")
    else:
        emit(f"{done.root} is a registry now.")
        emit(f"Committed {', '.join(done.files)} ({done.commit[:10]}).")
        note(
            "Next: say where models and logs are, in ckreg.toml or your own claude.local.md\n"
            "(`ckreg config` shows what is set); `ckreg index` reads the logs of prior runs;\n"
            "`ckreg design` plans an experiment."
        )


def _show_preview(files: Iterable[PlannedFile], *, as_json: bool) -> None:
    if as_json:
        emit_json({"files": list(files)})
        return
    for file in files:
        emit_diff(file.path, file.before, file.after)


def _shared_or_not(*, shared: bool) -> str:
    return "its files are open to its group now" if shared else "nothing changed"
