"""What `ckreg index --slurm` says: the job that was sent, and how far its tasks are."""

import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ckreg.adapters.tree import Home
from ckreg.cli.output import emit, emit_json, note
from ckreg.commands.index_slurm import (
    Progress,
    Shared,
    dispatch,
    dispatched,
    read_list,
    sbatch_line,
    wait,
)
from ckreg.core.units import count, counted, size


def read(home: Home, listed: Path) -> None:
    """Read one task's list."""
    emit(f"{counted(read_list(home, listed), 'log')} read.")


def show(home: Home, paths: Sequence[Path], number: int, *, rebuild: bool, as_json: bool) -> None:
    """Show the call and the script that `send` would send."""
    planned = dispatch(home, paths, number, rebuild=rebuild)
    if as_json:
        emit_json(_told(planned) | {"call": sbatch_line(home, planned), "script": planned.script})
        return
    if planned.lists:
        emit(shlex.join(sbatch_line(home, planned)))
        emit()
        emit(planned.script.rstrip("\n"))
    _say(planned)


def send(home: Home, paths: Sequence[Path], number: int, *, rebuild: bool, as_json: bool | None) -> None:
    """Send the array job; the result is told in words, as JSON, or (None) beside a result that is to come."""
    planned = dispatch(home, paths, number, rebuild=rebuild)
    _say(planned)
    job = dispatched(home, paths, planned, rebuild=rebuild) if planned.lists else None
    if as_json:
        emit_json(_told(planned) | {"job": job})
    elif job:
        tell = note if as_json is None else emit
        tell(f"{counted(planned.logs, 'log')} left to job {job}; `ckreg index` takes in what it reads.")


def wait_for_all(home: Home) -> None:
    """Wait for the tasks of all such jobs, with a bar where that is seen."""
    with _waiting() as tell:
        wait(home, tell)


def _told(planned: Shared) -> dict[str, object]:
    return {
        "tasks": len(planned.lists),
        "logs": planned.logs,
        "size": planned.size,
        "unchanged": planned.unchanged,
        "left": planned.left,
        "minutes": planned.minutes,
    }


def _say(planned: Shared) -> None:
    to_read = f"{counted(planned.logs, 'log')} of {size(planned.size)} to read"
    note(f"{to_read}, {count(planned.unchanged)} unchanged.")
    if planned.lists:
        number = counted(len(planned.lists), "task")
        note(f"{number} of at most {planned.minutes} minutes each, by number and size of the logs.")
    if planned.left:
        note(f"{count(planned.left)} more were left to tasks before; `ckreg index` takes them in.")


@contextlib.contextmanager
def _waiting() -> Iterator[Callable[[Progress], None]]:
    if not sys.stderr.isatty():
        yield lambda _progress: None
        return
    from rich.console import Console  # noqa: PLC0415  # 50 ms that only a terminal needs
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (
        TextColumn("Tasks"),
        BarColumn(),
        TextColumn("{task.completed} of {task.total}, {task.fields[under_way]} wait or run"),
        TimeElapsedColumn(),
    )
    # Drawn when told, not by a thread: a process with threads cannot be forked to read with several.
    with Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=None, under_way=0)

        def tell(stand: Progress) -> None:
            bar.update(task, completed=stand.finished, total=stand.tasks, under_way=stand.under_way)
            bar.refresh()

        yield tell
