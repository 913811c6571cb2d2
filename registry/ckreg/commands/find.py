"""`ckreg find`: full text over questions, notes, reasons and the errors of failed jobs."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.cache import Cache, find_texts
from ckreg.adapters.tree import Home
from ckreg.core.finding.texts import Kind
from ckreg.core.text import one_line
from ckreg.errors import UsageError
from ckreg.flows.refreshing import cache_to_read


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that has all the words. `path` and `line` say where it is, or `commit` which commit says it.

    `line` is 1-based; a log has none. `shown` is a part of `text` with the marks of `core.finding` around the
    words.
    """

    experiment: str | None
    run_name: str | None
    kind: str
    path: str | None
    line: int | None
    commit: str | None
    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Found:
    """The best of what was found, how many texts there are in all, and how many were looked through."""

    hits: tuple[Hit, ...]
    total: int
    searched: int


def find(
    home: Home,
    words: Sequence[str],
    kinds: Collection[Kind] = (),
    experiment: str | None = None,
    most: int = 20,
) -> Found:
    """The texts that have all the words, the best first; `experiment` may be the beginning of a name.

    Raises:
        NotFoundError: there is no such experiment.
        UsageError: there is no word to look for.
    """
    wanted = [bare for word in words if (bare := one_line(word))]
    if not wanted:
        raise UsageError("Say what to look for, as in `ckreg find 'out of memory'`.")
    name = None if experiment is None else home.experiment(experiment)
    with cache_to_read(home) as cache:
        found = find_texts(cache, wanted, kinds, name, most)
        hits = tuple(_hit(home, row) for row in found.rows)
        return Found(hits, found.total, _searched(cache))


def _hit(home: Home, row: dict[str, object]) -> Hit:
    path = row["path"]
    return Hit(
        experiment=_text(row["experiment"]),
        run_name=_text(row["run_name"]),
        kind=str(row["kind"]),
        path=None if path is None else os.path.join(home.root, str(path)),  # noqa: PTH118  # a log's is absolute
        line=None if row["line"] is None else int(str(row["line"])),
        commit=_text(row["commit_id"]),
        text=str(row["text"]),
        shown=str(row["shown"]),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _searched(cache: Cache) -> int:
    return cache.count("text_rows")


def shown_path(hit: Hit, start: Path) -> str:
    """Where a hit is, for people: its path and line, the path short where it is below; or the commit."""
    if hit.path is None:
        return f"commit {(hit.commit or '')[:10]}"
    path = Path(hit.path)
    shown = path.relative_to(start) if path.is_relative_to(start) else path
    return str(shown) if hit.line is None else f"{shown}:{hit.line}"
