"""`ckreg index`: read the logs of prior runs."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import click

from ckreg.adapters.tree import Home
from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, emit_table, note, warn
from ckreg.commands.index import explain, index, keep
from ckreg.core.units import count, counted
from ckreg.errors import UsageError
from ckreg.flows.indexing import How, Indexed, Stand
from ckreg.flows.keeping import Kept

_SHOWN_PROBLEMS = 20
_REDRAWN_EVERY = 25  # logs


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--rebuild", is_flag=True, help="Begin with an empty cache; prior-runs.jsonl is taken in again."
)
@click.option(
    "--full", is_flag=True, help="Read all logs again, and whole, where head and tail would tell all."
)
@click.option(
    "--sacct", multiple=True, metavar="FILE", help="What `sacct -P` printed; it speaks of all logs."
)
@click.option(
    "--keep", "keeps", is_flag=True, help="Write what was measured into prior-runs.jsonl and commit."
)
@click.option(
    "--explain", "one", metavar="FILE", help="Show what is understood of one log, and from which text."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Read with N processes; 1 is this one alone."
)
@click.option(
    "--slurm", type=click.IntRange(min=1), metavar="N", help="Let an array job of N tasks read what is new."
)
@click.option("--wait", "waits", is_flag=True, help="Wait for such jobs, and take in what they have read.")
@click.option("--dry-run", is_flag=True, help="With --slurm: show the call and the script; send nothing.")
@click.option("--shard", metavar="FILE", hidden=True, help="What a task of --slurm calls.")
@json_option
@click.pass_obj
def command(  # noqa: PLR0913  # one parameter an option
    place: Place,
    /,
    paths: tuple[str, ...],
    sacct: tuple[str, ...],
    one: str | None,
    *,
    jobs: int | None,
    slurm: int | None,
    shard: str | None,
    rebuild: bool,
    full: bool,
    keeps: bool,
    waits: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read Slurm logs of prior runs into the cache.

    Folders are searched for log_patterns and for sacct*.txt (what `sacct -P` printed); a file that is named
    is always read. Named places are remembered; without any, all remembered ones and scratch_dir are
    searched. What has not changed is not read again. Where there is a sacct, it is asked once for all jobs.

    For very many logs, --slurm N lets an array job read them; any `ckreg index` after it, or --wait, takes in
    what its tasks have read. Partition and account are those of the settings (CKREG_PARTITION=cpu).

    \b
    Example:
      ckreg index /scratch/me/experiments
      ckreg index --explain slurm-123.out
      ckreg index --slurm 16 --wait /scratch/group
    """
    if one is not None:
        _explained().show_explained(explain(place.path(one)), as_json=as_json)
        return
    home = place.home()
    if shard is not None:
        _tasks().read(home, place.path(shard))
        return
    named = [place.path(path) for path in paths]
    _refuse_unread(slurm, waits=waits, full=full, sacct=bool(sacct), keep=keeps, dry_run=dry_run)
    if slurm is not None:
        if dry_run:
            _tasks().show(home, named, slurm, rebuild=rebuild, as_json=as_json)
        else:
            _tasks().send(home, named, slurm, rebuild=rebuild, as_json=None if waits else as_json)
        if dry_run or not waits:
            return
    if waits:
        _tasks().wait_for_all(home)
    how = How(
        rebuild=rebuild and slurm is None,
        full=full,
        sacct=tuple(map(place.path, sacct)),
        ask=True,
        processes=jobs,
        leave_missing=waits,
    )
    _read(home, named, how, keeps=keeps, as_json=as_json)


def _read(home: Home, named: list[Path], how: How, *, keeps: bool, as_json: bool) -> None:
    with _reading() as tell:
        indexed = index(home, named, how, tell)
    kept = keep(home) if keeps else None
    _say(indexed)
    if as_json:
        emit_json(indexed)
    else:
        _show(indexed, kept)


def _explained() -> ModuleType:
    from ckreg.cli import explained  # noqa: PLC0415  # only `--explain` needs it

    return explained


def _tasks() -> ModuleType:
    from ckreg.cli import index_tasks  # noqa: PLC0415  # what reading here need not load

    return index_tasks


def _refuse_unread(
    slurm: int | None, *, waits: bool, full: bool, sacct: bool, keep: bool, dry_run: bool
) -> None:
    if slurm is None:
        if dry_run:
            raise UsageError("--dry-run is for --slurm: without it, nothing but the cache changes.")
        return
    if full:
        raise UsageError("--full reads whole logs here; with --slurm say --rebuild to read all again.")
    if (sacct or keep) and not waits:
        raise UsageError("--sacct and --keep come after the logs are read: add --wait, or say them later.")


def _say(indexed: Indexed) -> None:
    if indexed.rebuilt:
        warn("The cache was damaged or of another version, and was built anew from the logs that are there.")
    for fault in indexed.faults:
        warn(f"{fault.place}: passed over: {fault.reason}")
    for said in indexed.task_notes:
        note(said)
    if indexed.scheduler:
        warn(f"{indexed.scheduler}. What the logs say was taken; `ckreg index` asks again.")


def _show(indexed: Indexed, kept: Kept | None) -> None:
    emit(
        f"{counted(indexed.found, 'log')} found: {count(indexed.read)} read, "
        f"{count(indexed.unchanged)} unchanged, {count(len(indexed.unreadable))} unreadable. "
        f"{counted(indexed.sacct_files, 'sacct file')}."
    )
    for number, words in ((indexed.moved, "were known under another path"), (indexed.copies, "are copies")):
        if number:
            emit(f"{count(number)} of them {words}; each job counts once.")
    if indexed.by_tasks:
        emit(f"{count(indexed.by_tasks)} of them were read by tasks of a job.")
    if indexed.left:
        emit(f"{counted(indexed.left, 'log')} more left to such tasks; `ckreg index` takes them in later.")
    if indexed.kept:
        emit(f"{count(indexed.kept)} logs are gone; prior-runs.jsonl tells what they said.")
    for problem in indexed.unreadable[:_SHOWN_PROBLEMS]:
        note(f"  {problem.path}: {problem.reason}")
    if len(indexed.unreadable) > _SHOWN_PROBLEMS:
        note(f"  and {count(len(indexed.unreadable) - _SHOWN_PROBLEMS)} more; --json lists them")
    if indexed.tallies:
        emit()
        rows = [(tally.framework, tally.outcome, tally.jobs) for tally in indexed.tallies]
        emit_table(("Framework", "Outcome", "Jobs"), rows, right={2})
    if kept:
        what = f"committed as {kept.commit[:10]}" if kept.commit else "unchanged"
        emit(f"\nprior-runs.jsonl holds {count(kept.jobs)} jobs, {what}.")


@contextlib.contextmanager
def _reading() -> Iterator[Callable[[Stand], None]]:
    """A bar on stderr, where that is a terminal: files, bytes and the time that is left."""
    if not sys.stderr.isatty():
        yield lambda _stand: None
        return
    from rich.console import Console  # noqa: PLC0415  # 50 ms that only a terminal needs
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("Reading logs"),
        BarColumn(),
        TextColumn("{task.fields[files]} of {task.fields[files_total]} files"),
        DownloadColumn(binary_units=True),
        TimeRemainingColumn(),
    )
    # Drawn when told, not by a thread: a process with threads cannot be forked to read with several.
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", files="0", files_total="?", total=None)

        def tell(stand: Stand) -> None:
            if stand.files % _REDRAWN_EVERY == 0 or stand.files == stand.files_total:
                files, total = count(stand.files), count(stand.files_total)
                bar.update(task, completed=stand.size, total=stand.size_total, files=files, files_total=total)
                bar.refresh()

        yield tell
