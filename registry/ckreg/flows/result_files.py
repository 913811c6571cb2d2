"""Finds the files that tell of an experiment's results, and reads them."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters import eval_logs
from ckreg.adapters.cache import Cache, known_roots
from ckreg.adapters.config import load_settings
from ckreg.adapters.scan import Found, Unreadable, find_logs, opened, reason_of
from ckreg.adapters.tree import Home
from ckreg.core.results import inspect_ai
from ckreg.core.results.gathering import Source
from ckreg.core.results.reading import NoResultsError, read_json
from ckreg.core.results.values import Evaluation
from ckreg.core.text import BOM

_PATTERNS = (
    eval_logs.PATTERN,
    "results.json",
    "results_*.json",
    "trainer_state.json",
    # A log of inspect-ai in its JSON form: time, task and id.
    "[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T*_*.json",
)
_MOST_BYTES = 32 * 2**20


class Problem(NamedTuple):
    """A file that cannot be read, and why."""

    path: str
    reason: str


class ResultFiles(NamedTuple):
    """What was read, and what could not be."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]


def result_files(home: Home, cache: Cache, experiment: str, named: Sequence[Path]) -> ResultFiles:
    """All files with results in the experiment's own folders, below the indexed roots, and in those named."""
    others = frozenset(home.experiment_names()) - {experiment}
    sources: list[Source] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for place, is_named in _places(home, cache, experiment, named):
        for found in find_logs([place], _PATTERNS):
            path = str(found.path)
            if path in seen or (isinstance(found, Found) and found.is_sacct):
                continue
            seen.add(path)
            told = found.reason if isinstance(found, Unreadable) else _read(found, strict=found.path == place)
            if isinstance(told, str):
                problems.append(Problem(path, told))
            elif told and experiment not in found.path.parts and (other := _first(others, found.path)):
                problems.append(Problem(path, f"it lies in a folder of {other}"))
            elif told:
                sources.append(Source(shown_path(home, path), told, is_named))
    return ResultFiles(tuple(sources), tuple(problems))


def _first(names: frozenset[str], path: Path) -> str | None:
    return next((part for part in path.parts if part in names), None)


def shown_path(home: Home, path: str) -> str:
    """A path as results keep it: relative to the scratch folder, or to the registry, where it lies there."""
    for folder in (load_settings(home).scratch_dir, str(home.root)):
        below = os.path.join(folder, "") if folder else None  # noqa: PTH118  # with the slash at its end
        if below and path.startswith(below):
            return path.removeprefix(below)
    return path


def _places(home: Home, cache: Cache, experiment: str, named: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    yield from ((path.absolute(), True) for path in named)
    if not (own := home.experiments / experiment).is_symlink():  # it came with a clone, and leads anywhere
        yield own, False
    scratch = load_settings(home).scratch_dir
    for root in dict.fromkeys([*([Path(scratch)] if scratch else []), *known_roots(home)]):
        for pattern in (glob.escape(experiment), f"*/{glob.escape(experiment)}"):
            below = os.path.join(glob.escape(str(root)), pattern)  # noqa: PTH118  # a pattern, no path
            yield from ((Path(path), False) for path in sorted(glob.glob(below)))  # noqa: PTH207  # see above
        if experiment in root.parts and root.exists():
            yield root, False
    rows = cache.rows(
        "SELECT path FROM logs WHERE path LIKE '%.eval' AND instr(path, ?)", [f"/{experiment}/"]
    )
    yield from ((Path(str(row["path"])), False) for row in rows if os.path.exists(str(row["path"])))  # noqa: PTH110


def _read(found: Found, *, strict: bool) -> tuple[Evaluation, ...] | str:
    """A file's evaluations, or why it tells of none; nothing of one that only seemed to have some."""
    if found.path.suffix == eval_logs.SUFFIX:
        header = eval_logs.read_eval_header(found.path)
        if isinstance(header, str):
            return header
        try:
            return (inspect_ai.read_log(header.text),)
        except ValueError as error:
            return str(error)
    text = _text(found.path)
    if isinstance(text, Unreadable):
        return text.reason
    try:
        return read_json(text)
    except NoResultsError as error:
        return str(error) if strict else ()
    except ValueError as error:
        return str(error)


def _text(path: Path) -> str | Unreadable:
    with opened(path) as file:
        if isinstance(file, Unreadable):
            return file
        if file.size > _MOST_BYTES:
            return Unreadable(path, f"it is larger than {_MOST_BYTES >> 20} MiB")
        try:
            return file.read_at(0, file.size).decode(errors="replace").removeprefix(BOM)
        except OSError as error:
            return Unreadable(path, reason_of(error))
