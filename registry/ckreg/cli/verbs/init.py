"""`ckreg init`."""

import click

from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_diff, emit_json, note
from ckreg.commands.init import init, init_preview


@click.command()
@click.argument("folder", metavar="[DIR]", default=".")
@dry_run_option
@json_option
@click.pass_obj
def command(place: Place, /, folder: str, dry_run: bool, as_json: bool) -> None:
    """Make DIR (this folder by default) a registry, and commit the files that make it one.

    A folder without git becomes a repository. In one that has content, only ckreg's own files are
    added. Run twice, it changes nothing.

    \b
    Example:
      ckreg init my-registry
    """
    path = place.path(folder)
    if dry_run:
        for file in init_preview(path):
            emit_diff(file.path, file.before, file.after)
        return
    done = init(path)
    if as_json:
        emit_json(done)
    elif done.commit is None:
        note(f"{done.root} is a registry already; nothing changed.")
    else:
        emit(f"{done.root} is a registry now.")
        emit(f"Committed {', '.join(done.files)} ({done.commit[:10]}).")
        note(
            "Next: say where models and logs are, in ckreg.toml or your own claude.local.md\n"
            "(`ckreg config` shows what is set); `ckreg index` reads the logs of prior runs;\n"
            "`ckreg design` plans an experiment."
        )
