"""`ckreg logs`."""

import sys
from collections.abc import Iterator, Sequence
from shutil import get_terminal_size

import click

from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, note
from ckreg.commands.logs import Part, Whose, logs, logs_followed
from ckreg.errors import UsageError


@click.command()
@click.argument("experiment")
@click.argument("run")
@click.option(
    "--task", metavar="TASK", help="An evaluation's task; without it the log of RUN's training is meant."
)
@click.option("--epoch", metavar="N", help="An evaluation's epoch, from 0, or `best`.")
@click.option(
    "--job", metavar="JOB", help="Another job of this run than the one in the table: an earlier attempt."
)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written, until the job is over.")
@click.option(
    "-n", "--lines", metavar="N", default=20, show_default=True, type=click.IntRange(min=0),
    help="How many of the last lines.",
)  # fmt: skip
@json_option
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917  # one parameter an option, as click hands them over
    place: Place,
    experiment: str,
    run: str,
    task: str | None,
    epoch: str | None,
    job: str | None,
    follow: bool,
    lines: int,
    as_json: bool,
) -> None:
    """Print the end of a run's log, or of an evaluation's.

    The log is looked for where the job script says, where `ckreg scaffold` would put it, and where `ckreg
    index` has read it. Of a progress bar the last state is shown, and no control code reaches the terminal.
    With --follow a log that is not there yet is waited for, and one that is begun anew is gone on with.

    \b
    Example:
      ckreg logs cap_8L_lora Llama-3.2-1B_rank4 -f
      ckreg logs cap_8L_lora Llama-3.2-1B_rank4 --task capitalization --epoch 0 -n 50
    """
    if follow and as_json:
        raise UsageError("--follow and --json do not go together: a log has no end while it is followed.")
    if epoch is not None and task is None:
        raise UsageError("--epoch is an evaluation's; give its --task too.")
    home, whose = place.home(), Whose(run=run, task=task, epoch=epoch, job=job)
    if follow:
        _follow(logs_followed(home, experiment, whose, lines))
        return
    found = logs(home, experiment, whose, lines)
    if as_json:
        emit_json({"path": found.path, "job_id": found.job_id, "lines": found.lines})
        return
    note(str(found.path))
    for line in found.lines:
        emit(line)


def _follow(parts: Iterator[Part]) -> None:
    shown = _Shown()
    told, waits = None, False
    try:
        for part in parts:
            if part.path is None:
                if not waits:
                    note("There is no log yet; waiting for it. Ctrl-C ends.")
                waits = True
                continue
            if part.path != told or part.anew:
                shown.clear()
                note(f"{part.path}{' (begun anew)' if part.path == told else ''}")
                told = part.path
            shown.lines(part.lines, part.waiting)
    finally:
        shown.end()


class _Shown:
    """What of a log is on the screen: lines that stay, and on a terminal the last one, which may change."""

    def __init__(self) -> None:
        self._on_terminal = sys.stdout.isatty()
        self._waiting: Sequence[str] = ()
        self._drawn = False

    def lines(self, lines: Sequence[str], waiting: Sequence[str]) -> None:
        """Put lines that stay, and below them what waits."""
        if lines:
            self.clear()
            for line in lines:
                emit(line)
        if waiting != self._waiting or lines:
            self.clear()
            self._waiting = waiting
            self._draw()
        sys.stdout.flush()

    def _draw(self) -> None:
        """Only as much as fits into one line: what is longer could not be taken away again."""
        if self._on_terminal and self._waiting:
            click.echo(self._waiting[-1][: get_terminal_size().columns - 1], nl=False)
            self._drawn = True

    def clear(self) -> None:
        """Take away what waits."""
        if self._drawn:
            click.echo("\r\x1b[K", nl=False)
            self._drawn = False

    def end(self) -> None:
        """Leave what waits as lines."""
        self.clear()
        for line in self._waiting:
            emit(line)
