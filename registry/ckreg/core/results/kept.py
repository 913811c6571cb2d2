"""`results.csv`: results that are kept with the experiment, one line each, sorted.

git merges it by lines (`merge=union`): a line that both sides added stands there twice and counts once; of
two lines on the same result the newer one counts, by the column `at`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ckreg.core.measure.measurement import Outcome
from ckreg.core.results.json_values import MOST
from ckreg.core.results.summing import epoch_order
from ckreg.core.results.values import Result, SourceKind
from ckreg.core.text import BOM, LINE_END, one_line

COLUMNS = (
    "run_name",
    "task",
    "epoch",
    "metric",
    "value",
    "stderr",
    "samples",
    "seed",
    "scorer",
    "outcome",
    "source",
    "source_kind",
    "at",
)
_MOST_WHOLE = 2**53
_LONGEST_LINE = 20_000


class Fault(NamedTuple):
    """A line that is no result, and why."""

    line: int
    reason: str


class Kept(NamedTuple):
    """The results of a text, each once, and the lines that were passed over."""

    results: tuple[Result, ...]
    faults: tuple[Fault, ...]


def read_kept(text: str) -> Kept:
    """Read what `with_kept` wrote, in any order of lines."""
    found: list[Result] = []
    faults: list[Fault] = []
    for number, cells in cells_of(text):
        if isinstance(cells, str):
            faults.append(Fault(number, cells))
        elif tuple(cells) != COLUMNS:
            try:
                found.append(_result(cells))
            except ValueError as error:
                faults.append(Fault(number, str(error)))
    return Kept(_newest(found), tuple(faults))


def with_kept(text: str | None, results: Iterable[Result], imported: str | None = None) -> str:
    """The text with these results; those that are there already stay as they are written.

    What an earlier import of the file `imported` gave goes: it may have been corrected since. Lines that
    cannot be read stay.
    """
    known = read_kept(text or "")
    merged = _newest([*(each for each in known.results if not is_import_of(each, imported)), *results])
    if text and set(merged) == set(known.results):
        return text
    lines = LINE_END.split(text or "")
    strange = [lines[fault.line - 1] for fault in known.faults]
    body = [_line(result) for result in sorted(merged, key=_order)]
    return "".join(f"{line}\n" for line in [",".join(COLUMNS), *body, *strange])


def is_import_of(result: Result, file: str | None) -> bool:
    """Whether a result came out of this CSV: its source is the file with the line."""
    return result.source_kind == SourceKind.CSV and result.source.rpartition(":")[0] == file


def cells_of(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """The cells of each line that is not empty with its number, or why they cannot be told.

    A line is a row: cells hold no line ends.
    """
    for number, line in enumerate(LINE_END.split(text.removeprefix(BOM)), 1):
        if not line.strip():
            continue
        if len(line) > _LONGEST_LINE:
            yield number, "the line is too long"
            continue
        try:
            [cells] = csv.reader([line], strict=True)
        except (csv.Error, ValueError):
            yield number, "its quotes do not close"
            continue
        yield number, [cell.strip() for cell in cells]


def number_in(text: str, what: str) -> float | None:
    """A number of a cell, None where the cell is empty.

    Raises:
        ValueError: it is none, or not finite.
    """
    if not text or text == "-":
        return None
    try:
        found = float(text)
    except ValueError:
        found = MOST
    if not -MOST < found < MOST:  # a NaN, too
        raise ValueError(f"{what} is {one_line(text)[:40]!r}, which is no number")
    return found


def whole_in(text: str, what: str) -> int | None:
    """A whole number of a cell that is not negative, None where the cell is empty.

    Raises:
        ValueError: it is none.
    """
    found = number_in(text, what)
    if found is None:
        return None
    if found != int(found) or not 0 <= found < _MOST_WHOLE:
        raise ValueError(f"{what} is {one_line(text)[:40]!r}, which is no whole number")
    return int(found)


def _result(cells: list[str]) -> Result:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"it has {len(cells)} cells instead of {len(COLUMNS)}")
    told: Mapping[str, str] = dict(zip(COLUMNS, map(one_line, cells), strict=True))
    if not (told["run_name"] and told["task"]):
        raise ValueError("it names no run or no task")
    value, error = number_in(told["value"], "value"), number_in(told["stderr"], "stderr")
    if (value is None) is not (not told["metric"]):
        raise ValueError("it has a metric without a value, or a value without a metric")
    return Result(
        run_name=told["run_name"],
        task=told["task"],
        epoch=told["epoch"] or None,
        metric=told["metric"] or None,
        value=value,
        stderr=error if error is not None and error >= 0 else None,
        samples=whole_in(told["samples"], "samples"),
        seed=whole_in(told["seed"], "seed"),
        scorer=told["scorer"] or None,
        outcome=told["outcome"] or Outcome.COMPLETED,
        source=told["source"],
        source_kind=told["source_kind"] or SourceKind.CSV,
        at=told["at"] or None,
    )


def _newest(results: Iterable[Result]) -> tuple[Result, ...]:
    """Each result once; of several on the same the newest, else the last."""
    kept: dict[tuple[object, ...], Result] = {}
    for result in results:
        known = kept.get(result.key)
        if known is None or (result.at or "") >= (known.at or ""):
            kept[result.key] = result
    return tuple(kept.values())


def _order(result: Result) -> tuple[object, ...]:
    return (
        result.run_name,
        result.task,
        epoch_order(result.epoch),
        result.metric or "",
        result.scorer or "",
        -1 if result.seed is None else result.seed,
        result.source,
    )


def _line(result: Result) -> str:
    text = io.StringIO()
    values = (getattr(result, name) for name in COLUMNS)
    csv.writer(text, lineterminator="").writerow(
        [one_line(value) if isinstance(value, str) else "" if value is None else value for value in values]
    )
    return text.getvalue()
