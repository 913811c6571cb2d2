"""`ckreg results`: the paper's table, and where its numbers are kept."""

from pathlib import Path

import click

from ckreg.cli.answers.results import resulted
from ckreg.cli.common import Place, dry_run_option
from ckreg.cli.formats import Format, emit_rows, format_option
from ckreg.cli.output import emit, emit_diff, emit_json, note, warn
from ckreg.commands.results import Results, Written, explained, results, write
from ckreg.core.results.choosing import BEST
from ckreg.core.results.paper import MODEL, RUN, Asked, Paper
from ckreg.core.units import counted
from ckreg.errors import NotFoundError, UsageError

_SHOWN = 5
_LONG = (
    "run_name",
    "task",
    "epoch",
    "metric",
    "scorer",
    "mean",
    "stderr",
    "n",
    "samples",
    "base",
    "difference",
)


@click.command()
@click.argument("experiment")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--from", "csv", metavar="CSV", type=click.Path(path_type=Path), help="Import results, into results.csv."
)
@click.option("--keep", is_flag=True, help="Keep what was found in results.csv: scratch folders are purged.")
@click.option(
    "--metric",
    metavar="NAME",
    help="Show this metric (or SCORER/METRIC); if not given, each task's usual one.",
)
@click.option(
    "--epoch",
    metavar="last|all|best|N",
    default="last",
    help="Which epochs: last if not given, all, best, or one.",
)
@click.option("--by", type=click.Choice([RUN, MODEL]), default=RUN, help="A row a run, or a model and rank.")
@click.option(
    "--write", "into_document", is_flag=True, help="Write the table into the document, as ## Results."
)
@dry_run_option
@format_option
@click.pass_obj
def command(  # noqa: PLR0913  # the options of the verb
    place: Place,
    /,
    *,
    experiment: str,
    paths: tuple[Path, ...],
    csv: Path | None,
    keep: bool,
    metric: str | None,
    epoch: str,
    by: str,
    into_document: bool,
    dry_run: bool,
    form: Format,
) -> None:
    """Show what the evaluations of an experiment gave: models x tasks.

    Scores come from inspect-ai's logs, lm-evaluation-harness' results_*.json, trainer_state.json (all looked
    for in the experiment's folders, below the folders that `ckreg index` knows, and in PATHS), and from
    results.csv, which --from and --keep write. A cell has the mean, its standard error (over seeds where
    there are several values, else over samples, as the file says), and the difference to the base model.

    A CSV has the columns run, task, epoch, metric, value, and maybe stderr, samples, seed; or run, task,
    epoch and a column a metric. EXPERIMENT may be the beginning of a name.

    \b
    Example:
      ckreg results cap_8L_lora
      ckreg results cap_8L_lora --from scores.csv --dry-run
      ckreg results cap_8L_lora --format latex > table.tex
      ckreg results cap_8L_lora --keep --write
    """
    asked = _asked(metric, epoch, by)
    if dry_run and not (csv or keep or into_document):
        raise UsageError("--dry-run shows what --from, --keep or --write would change; name one of them.")
    told = results(place.home(), experiment, paths, csv)
    _tell_problems(told)
    written = None
    if csv or keep or into_document:
        section = asked if into_document else None
        written = write(place.home(), told, keep=keep, section=section, dry_run=dry_run)
        if dry_run:
            for path, before, after in written.files:
                emit_diff(path, before, after)
            return
        _tell_written(written)
    _show(told, asked, form, written)


def _asked(metric: str | None, epoch: str, by: str) -> Asked:
    if epoch not in {"last", "all", "best"} and not (epoch.isascii() and epoch.isdecimal()):
        raise UsageError(f"--epoch {epoch!r}: last, all, best or a number, counted from 0.")
    return Asked(metric, epoch if not epoch.isdecimal() else str(int(epoch)), by)


def _tell_problems(told: Results) -> None:
    lines = [f"{path}: {reason}" for path, reason in (*told.problems, *told.unjoined)]
    lines += [f"{place}: {reason}" for place, reason in told.faults]
    for line in lines[:_SHOWN]:
        warn(f"left out: {line}")
    if len(lines) > _SHOWN:
        warn(f"left out: {len(lines) - _SHOWN} more; `--json` lists them all")


def _tell_written(written: Written) -> None:
    if written.commit is None:
        note("Nothing new to write.")
    for path, _, _ in written.files:
        note(f"{path}: written ({(written.commit or '')[:10]})")


def _show(told: Results, asked: Asked, form: Format, written: Written | None) -> None:
    if form == Format.JSON:
        emit_json(resulted(told, written))
        return
    if form in {Format.CSV, Format.JSONL}:
        emit_rows(form, _LONG, [[getattr(row, name) for name in _LONG] for row in told.rows])
        return
    table = told.paper(asked)
    if not table.rows:
        raise NotFoundError(_nothing(told))
    right = tuple(range(table.labels, len(table.headers)))
    if form == Format.TABLE:
        emit(told.experiment, bold=True)
        emit(explained(table, asked) + "\n")
    emit_rows(form, table.headers, table.rows, right=right, wrap=right, optional={1})
    if form == Format.TABLE:
        _tell_several(told)
        _tell_no_best(told, table, asked)
        _tell_no_epoch(told, asked)


def _tell_several(told: Results) -> None:
    most = max((row.n for row in told.rows), default=1)
    if most > 1:
        note(f"\nOf up to {most} values of a cell the mean; `--json` has their number and their files.")


def _tell_no_best(told: Results, table: Paper, asked: Asked) -> None:
    if asked.epoch == BEST and asked.by == RUN:
        shown = {row[0] for row in table.rows}
        for run in dict.fromkeys(row.run_name for row in told.rows if row.run_name not in shown):
            note(f"{run} is left out: which epoch was best is not known, for it has no validation losses.")


def _tell_no_epoch(told: Results, asked: Asked) -> None:
    there = sorted({row.epoch for row in told.rows if row.epoch})
    if asked.epoch.isdecimal() and asked.epoch not in there:
        note(f"\nNo run has results of epoch {asked.epoch}, only of {', '.join(there) or 'none'}.")


def _nothing(told: Results) -> str:
    if told.rows:
        there = sorted({row.metric for row in told.rows})
        epochs = sorted({row.epoch for row in told.rows if row.epoch})
        return (
            f"{told.experiment} has results, but none for this metric and epoch. It has the metrics "
            f"{', '.join(there)}, after the epochs {', '.join(epochs) or 'none'}."
        )
    left = len(told.problems) + len(told.unjoined)
    why = f" {counted(left, 'file')} could not be used, see above." if left else ""
    return (
        f"{told.experiment} has no results yet.{why} Name a folder with logs of evaluations "
        f"(`ckreg results {told.experiment} PATH`), or import a table with --from CSV."
    )
