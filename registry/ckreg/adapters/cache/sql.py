"""SQL from people, held to reading: no attach, no pragma, no extension, no end without a limit."""

import contextlib
import math
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.cache.schema import SHOWN
from ckreg.adapters.cache.store import connect_to_read, damaged, is_damage
from ckreg.errors import RefusedError, UsageError

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
# These reach outside the database, or hand pointers about.
_REFUSED_FUNCTIONS = {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"}
# One step of SQLite looks at no clock: with longer values or patterns one `instr` or LIKE may take minutes.
# Nothing in the cache comes near.
_LONGEST_VALUE = 1_000_000
_LONGEST_PATTERN = 1_000
_MOST_BYTES = 256_000_000
_NUMBER_BYTES = 32
_MOST_MEMORY = 512_000_000
_STEPS_BETWEEN_LOOKS = 1_000
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # of what getrusage tells


class Answer(NamedTuple):
    """What a query gave; column names are told apart by a number where two are the same."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


class SqlError(UsageError):
    """SQL that is wrong; `why` is SQLite's own word."""

    def __init__(self, why: str, tables: Sequence[str]) -> None:
        super().__init__(f"SQL: {why.rstrip('.')}. Tables and views: {', '.join(tables)}.")
        self.why = why


Values = Sequence[object] | Mapping[str, object]


def ask(
    path: Path, sql: str, values: Values = (), *, seconds: float = 30.0, most_rows: int = 100_000
) -> Answer:
    """Run one SELECT over the cache, for at most so many seconds and rows; `values` of its placeholders.

    Raises:
        SqlError: the SQL is wrong; the message has SQLite's word and the tables there are.
        RefusedError: it would do more than read, takes too long or gives too much.
    """
    with contextlib.closing(connect_to_read(path)) as connection:
        guard = _Guard(seconds)
        with contextlib.suppress(sqlite3.Error):  # an index of words declares itself when it is first met
            connection.execute("SELECT 1 FROM texts LIMIT 0")
        connection.text_factory = _lenient
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _LONGEST_PATTERN)
        connection.set_authorizer(guard.authorize)
        connection.set_progress_handler(guard.is_over, _STEPS_BETWEEN_LOOKS)
        try:
            found = connection.execute(sql, values)
            if found.description is None:
                raise UsageError("There is no query in that. Write `ckreg query 'SELECT ...'`.")
            columns = _distinct([column[0] for column in found.description])
            return Answer(columns, tuple(_limited(found, most_rows)))
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
            connection.set_authorizer(None)
            connection.set_progress_handler(None, 0)
            raise _explained(error, guard, connection, path) from None


class _Guard:
    """What SQLite asks while it prepares and runs a query."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.late = False
        self.large = False
        self.refused: str | None = None
        self._deadline = time.monotonic() + seconds
        self._memory = _peak() + _MOST_MEMORY

    def authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action in _ALLOWED:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA and (first, second) == ("data_version", None):
            return sqlite3.SQLITE_OK  # FTS5 asks whether somebody has written
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _REFUSED_FUNCTIONS:
            return sqlite3.SQLITE_OK
        self.refused = self.refused or _word(action, first, second)
        return sqlite3.SQLITE_DENY

    def is_over(self) -> bool:
        self.late = self.late or time.monotonic() > self._deadline
        self.large = self.large or _peak() > self._memory
        return self.late or self.large


def _peak() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT


def _word(action: int, first: str | None, second: str | None) -> str:
    if action == sqlite3.SQLITE_FUNCTION:
        return f"the function {second}"
    names = {getattr(sqlite3, name): name for name in dir(sqlite3) if name.startswith(_ACTIONS)}
    word = names.get(action, f"action {action}").removeprefix("SQLITE_").replace("_", " ")
    return f"{word} {first}" if first else word


_ACTIONS = (
    "SQLITE_CREATE_",
    "SQLITE_DROP_",
    "SQLITE_INSERT",
    "SQLITE_UPDATE",
    "SQLITE_DELETE",
    "SQLITE_PRAGMA",
    "SQLITE_ATTACH",
    "SQLITE_DETACH",
    "SQLITE_ALTER_TABLE",
    "SQLITE_REINDEX",
    "SQLITE_ANALYZE",
    "SQLITE_TRANSACTION",
    "SQLITE_SAVEPOINT",
)


def _limited(found: sqlite3.Cursor, most_rows: int) -> Iterator[tuple[object, ...]]:
    weight = 0
    for number, row in enumerate(found):
        weight += sum(map(_weight, row))
        if number >= most_rows:
            raise RefusedError(f"The query gives more than {number:,} rows. Add a LIMIT, or ask for less.")
        if weight > _MOST_BYTES:
            megabytes = _MOST_BYTES // 1_000_000
            raise RefusedError(f"The query gives more than {megabytes} MB. Add a LIMIT, or ask for less.")
        yield tuple(_plain(value) for value in row)


def _weight(value: object) -> int:
    """About how many bytes a value takes here; a blob becomes twice as many digits."""
    if isinstance(value, bytes):
        return 2 * len(value)
    return len(value) if isinstance(value, str) else _NUMBER_BYTES


def _plain(value: object) -> object:
    """Blobs as hexadecimal text; infinities, which JSON does not have, as null."""
    if isinstance(value, bytes):
        return value.hex()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _distinct(names: list[str]) -> tuple[str, ...]:
    taken: dict[str, None] = {}
    for name in names:
        fresh, number = name, 2
        while fresh in taken:
            fresh, number = f"{name}_{number}", number + 1
        taken[fresh] = None
    return tuple(taken)


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _explained(error: Exception, guard: _Guard, connection: sqlite3.Connection, path: Path) -> Exception:
    if guard.refused:
        return RefusedError(f"The cache is for reading: {guard.refused} is refused. Ask with a SELECT.")
    if guard.large or isinstance(error, MemoryError):
        megabytes = _MOST_MEMORY // 1_000_000
        return RefusedError(f"The query takes more than {megabytes} MB of memory. Ask for less.")
    if guard.late:
        return RefusedError(
            f"The query took more than {guard.seconds:g} s. Ask for less, or for fewer tables at once."
        )
    if is_damage(error):
        return damaged(path, error)
    return SqlError(str(error), _tables(connection))


def _tables(connection: sqlite3.Connection) -> list[str]:
    with contextlib.suppress(sqlite3.Error):
        found = connection.execute(
            f"SELECT name FROM sqlite_master WHERE {SHOWN} ORDER BY type, name"  # noqa: S608  # our own
        )
        return [str(row[0]) for row in found]
    return []
