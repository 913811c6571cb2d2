"""`ckreg index`: read the logs of prior runs."""

import click

from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, emit_table, note, progress, warn
from ckreg.commands.index import index
from ckreg.core.units import count
from ckreg.flows.indexing import Indexed

_SHOWN_PROBLEMS = 20


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--rebuild", is_flag=True, help="Begin with an empty cache; what logs no longer tell is lost.")
@json_option
@click.pass_obj
def command(place: Place, /, paths: tuple[str, ...], *, rebuild: bool, as_json: bool) -> None:
    """Read Slurm logs of prior runs into the cache.

    Folders are searched for log_patterns and for sacct*.txt (what `sacct -P` printed); a file that is named
    is always read. Named places are remembered; without any, all remembered ones and scratch_dir are
    searched. What has not changed is not read again.

    \b
    Example:
      ckreg index /scratch/me/experiments
    """
    home = place.home()
    with progress(None, "Reading logs") as advance:
        indexed = index(home, [place.path(path) for path in paths], rebuild=rebuild, advance=advance)
    if indexed.rebuilt:
        warn("The cache was damaged or of another version, and was built anew from the logs that are there.")
    if as_json:
        emit_json(indexed)
    else:
        _show(indexed)


def _show(indexed: Indexed) -> None:
    emit(
        f"{count(indexed.found)} logs found: {count(indexed.read)} read, {count(indexed.unchanged)} unchanged"
        f", {count(len(indexed.unreadable))} unreadable. {count(indexed.sacct_files)} sacct files."
    )
    for problem in indexed.unreadable[:_SHOWN_PROBLEMS]:
        note(f"  {problem.path}: {problem.reason}")
    if len(indexed.unreadable) > _SHOWN_PROBLEMS:
        note(f"  and {count(len(indexed.unreadable) - _SHOWN_PROBLEMS)} more; --json lists them")
    if indexed.tallies:
        emit()
        rows = [(tally.framework, tally.outcome, tally.jobs) for tally in indexed.tallies]
        emit_table(("Framework", "Outcome", "Jobs"), rows, right={2})
