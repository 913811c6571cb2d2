"""Texts, and the index of their words: SQLite's FTS5 over plain rows; where it is missing, the rows alone.

`text_rows` holds the texts, `texts` is what is asked. An SQLite without FTS5 that writes to a cache which
has the index leaves it behind, and says so; the next one that has FTS5 indexes all rows again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from ckreg.adapters.cache.store import Cache, Row
from ckreg.core.finding import MARK_END, MARK_START, as_like, as_match, marked

COLUMNS = ("experiment", "run_name", "kind", "path", "line", "commit_id", "text")
_NAMES = ", ".join(COLUMNS)
_STALE = "texts_not_indexed"
_TOKENS = 32  # that a snippet shows
_WEIGHT = "CASE kind WHEN 'name' THEN 3 WHEN 'question' THEN 2 WHEN 'note' THEN 1.5 ELSE 1 END"


class FoundTexts(NamedTuple):
    """The best of what was found, and how many there are; a row's `text` is whole, `shown` marked."""

    rows: list[Row]
    total: int


def put_texts(cache: Cache, rows: Iterable[Mapping[str, object]]) -> None:
    """Add texts, within a transaction."""
    [last] = cache.rows("SELECT coalesce(max(id), 0) AS id FROM text_rows")
    numbered = [[number, *map(row.get, COLUMNS)] for number, row in enumerate(rows, int(str(last["id"])) + 1)]
    if not numbered:
        return
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    cache.update(f"INSERT INTO text_rows (id, {_NAMES}) VALUES ({marks})", numbered)  # noqa: S608  # our own
    if _is_indexed(cache):
        cache.update("INSERT INTO texts (rowid, text) VALUES (?, ?)", ([row[0], row[-1]] for row in numbered))


def delete_texts(cache: Cache, column: str, values: Iterable[object]) -> None:
    """Delete the texts whose `path` or `commit_id` has one of the values, within a transaction."""
    values = list(values)
    if values and _is_indexed(cache):
        gone = f"SELECT 'delete', id, text FROM text_rows WHERE {column} = ?"  # noqa: S608  # our own
        cache.update(f"INSERT INTO texts (texts, rowid, text) {gone}", ([value] for value in values))
    cache.delete("text_rows", column, values)


def delete_commit_texts(cache: Cache) -> None:
    """Delete what all commits say, within a transaction."""
    commits = cache.rows("SELECT DISTINCT commit_id FROM text_rows WHERE commit_id IS NOT NULL")
    delete_texts(cache, "commit_id", [row["commit_id"] for row in commits])


def find_texts(
    cache: Cache, words: Sequence[str], kinds: Collection[str], experiment: str | None, most: int
) -> FoundTexts:
    """The texts that have all the words, as words or beginnings of words, else anywhere; the best first."""
    if _has_index(cache) and cache.fact(_STALE) is None:
        found = _matching(cache, words, _Within(kinds, experiment), most)
        if found.rows:
            return found
    return _containing(cache, words, _Within(kinds, experiment), most)


class _Within:
    """The texts that count, as SQL with its values."""

    def __init__(self, kinds: Collection[str], experiment: str | None) -> None:
        self.sql, self.values = "", list[object]()
        if kinds:
            self.sql += f" AND kind IN ({', '.join('?' * len(kinds))})"
            self.values += sorted(kinds)
        if experiment is not None:
            self.sql += " AND experiment = ?"
            self.values.append(experiment)


def _matching(cache: Cache, words: Sequence[str], within: _Within, most: int) -> FoundTexts:
    where = f"FROM texts WHERE texts MATCH ?{within.sql}"
    values = [as_match(words), *within.values]
    rows = cache.rows(
        f"SELECT {_NAMES}, snippet(texts, {len(COLUMNS) - 1}, ?, ?, '…', {_TOKENS}) AS shown {where} "
        f"ORDER BY rank * {_WEIGHT}, experiment, path, line LIMIT ?",
        [MARK_START, MARK_END, *values, most],
    )
    return FoundTexts(rows, _count(cache, where, values))


def _containing(cache: Cache, words: Sequence[str], within: _Within, most: int) -> FoundTexts:
    all_of = " AND ".join([r"text LIKE ? ESCAPE '\'"] * len(words))
    where = f"FROM text_rows WHERE {all_of}{within.sql}"
    values = [*map(as_like, words), *within.values]
    rows = cache.rows(
        f"SELECT {_NAMES} {where} ORDER BY {_WEIGHT} DESC, length(text), experiment, path, line LIMIT ?",
        [*values, most],
    )
    return FoundTexts(
        [{**row, "shown": marked(str(row["text"]), words)} for row in rows], _count(cache, where, values)
    )


def _count(cache: Cache, where: str, values: Sequence[object]) -> int:
    return int(str(cache.rows(f"SELECT count(*) AS found {where}", values)[0]["found"]))  # our own


def _has_index(cache: Cache) -> bool:
    """Whether this SQLite can ask the index, and the cache has one."""
    [found] = cache.rows(
        "SELECT sqlite_compileoption_used('ENABLE_FTS5') AND EXISTS "
        "(SELECT 1 FROM sqlite_master WHERE name = 'texts' AND type = 'table') AS there"
    )
    return bool(found["there"])


def _is_indexed(cache: Cache) -> bool:
    """Whether what is written goes into the index; where it was left behind, it is made anew first."""
    there, stale = _has_index(cache), cache.fact(_STALE) is not None
    if not there:
        cache.put("facts", [{"name": _STALE, "value": "yes"}])
    elif stale:
        cache.update("INSERT INTO texts (texts) VALUES (?)", [["rebuild"]])
        cache.delete("facts", "name", [_STALE])
    return there
