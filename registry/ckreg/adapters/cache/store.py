"""The cache's connection: opened or built anew, written in short transactions, read as rows."""

import contextlib
import dataclasses
import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from ckreg.adapters.cache.schema import SCHEMA, TABLES, build
from ckreg.adapters.tree import file_mode, make_folder
from ckreg.errors import BusyError, OutsideError

_BUSY_SECONDS = 30.0
_INTEGER_LIMIT = 2**63
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")

Row = dict[str, object]


class DamagedError(OutsideError):
    """The file is no database any more; whoever can build it anew does."""


class Cache:
    """An open cache. `built` says that it is new and empty, `rebuilt` that another was there and is gone."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, *, built: bool = False, rebuilt: bool = False
    ) -> None:
        self.path = path
        self.built = built
        self.rebuilt = rebuilt
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it or nothing; others wait for it up to 30 seconds.

        Raises:
            BusyError: somebody else wrote all that time.
            OutsideError: the disk is full, the folder read-only, the file damaged.
        """
        with translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def put(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Insert rows, in the place of those with the same key; columns that a row does not name are null."""
        columns = list(TABLES[table].columns)
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        values = ([storable(row.get(column)) for column in columns] for row in rows)
        self._connection.executemany(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608  # names of our own schema

    def update(self, sql: str, rows: Iterable[Iterable[object]]) -> None:
        """Run one UPDATE of ckreg's own for each row of values."""
        self._connection.executemany(sql, ([storable(value) for value in row] for row in rows))

    def delete(self, table: str, column: str, values: Iterable[object]) -> None:
        """Delete the rows whose column has one of the values."""
        self._connection.executemany(
            f'DELETE FROM {table} WHERE "{column}" = ?',  # noqa: S608  # names of our own schema
            ([storable(value)] for value in values),
        )

    def clear(self, *tables: str) -> None:
        """Delete all rows of these tables."""
        for table in tables:
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  # names of our own schema

    def rows(self, sql: str, values: Iterable[object] = ()) -> list[Row]:
        """The rows that a query of ckreg's own gives, by column name."""
        with translated(self.path):
            found = self._connection.execute(sql, [storable(value) for value in values])
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found]

    def count(self, table: str) -> int:
        """How many rows a table or view of our own schema has."""
        with translated(self.path):
            found = self._connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # see `put`
            return int(found.fetchone()[0])

    def copy_to(self, path: Path) -> None:
        """Write all of it, as it is now, to another file; others may go on using this one."""
        with translated(path), contextlib.closing(connect(path)) as other:
            self._connection.backup(other)

    def fact(self, name: str) -> str | None:
        """A single remembered fact, such as the last commit that was read."""
        found = self.rows("SELECT value FROM facts WHERE name = ?", [name])
        return str(found[0]["value"]) if found else None


def open_cache(path: Path, *, anew: bool = False) -> Cache:
    """Open the cache at `path`; build it where there is none, or one of another schema, or a damaged one.

    Raises:
        OutsideError: the folder cannot be written or the file not opened.
    """
    if path.parent.is_symlink():  # it came with somebody's clone, and leads to a folder that is not ours
        raise OutsideError(f"{path.parent} is a link. Remove it: ckreg writes only inside the registry.")
    try:
        make_folder(path.parent)
    except OSError as error:
        raise OutsideError(f"{path.parent} cannot be made: {error.strerror}.") from error
    connection = None if anew else _opened(path)
    if connection is not None:
        return Cache(path, connection)
    return _built(path, anew=anew)


def copy_cache(source: Path, target: Path) -> None:
    """Write a copy of the cache at `source` to `target`, where there is one of this schema.

    Raises:
        OutsideError: it cannot be read.
    """
    if source.parent.is_symlink():  # somebody's clone, as in `open_cache`
        return
    if (connection := _opened(source)) is not None:
        with Cache(source, connection) as cache:
            cache.copy_to(target)


def _opened(path: Path) -> sqlite3.Connection | None:
    """A connection to a cache of this schema, or `None` where there is no such cache."""
    # A link came with somebody's clone, and leads to a file that is not ours to write.
    if os.path.islink(path) or not os.path.exists(path):  # noqa: PTH110, PTH114  # Path's fail where none may look
        return None
    connection = connect(path)
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA:
            return connection
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            connection.close()
            with translated(path):
                raise
    connection.close()
    return None


def _built(path: Path, *, anew: bool) -> Cache:
    from filelock import FileLock, Timeout  # noqa: PLC0415  # 20 ms that only building anew has to pay

    lock = path.with_suffix(".lock")
    try:
        if lock.is_symlink():  # locking would empty the file that it leads to
            lock.unlink()
        with FileLock(lock, timeout=_BUSY_SECONDS, mode=file_mode(lock.parent)), translated(path):
            if not anew and (connection := _opened(path)):  # somebody else built it while we waited
                return Cache(path, connection)
            existed = path.exists()
            connection = _emptied(path)
            return Cache(path, connection, built=True, rebuilt=existed)
    except Timeout:
        raise BusyError(f"{path} is being built by another ckreg. Try again when it is done.") from None
    except OSError as error:
        raise OutsideError(f"{path} cannot be built: {error.strerror}.") from error


def _emptied(path: Path) -> sqlite3.Connection:
    """A connection to a new cache: in the old file where that is sound, since others may have it open."""
    if not path.is_symlink() and path.exists() and _is_sound(path):
        with contextlib.suppress(DamagedError):
            return _with_tables(path)
    # The journal first: one that is left beside a new database would be played into it.
    Path(f"{path}-journal").unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    return _with_tables(path)


def _is_sound(path: Path) -> bool:
    try:
        with contextlib.closing(connect(path)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                return False
            return _index_can_be_opened(connection)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return False
        raise


def _index_can_be_opened(connection: sqlite3.Connection) -> bool:
    """Whether this SQLite knows what the index of words is made of: what it cannot open, it cannot drop."""
    try:
        connection.execute("SELECT 1 FROM texts LIMIT 0")
    except sqlite3.OperationalError as error:
        return "no such table" in str(error)
    return True


def _with_tables(path: Path) -> sqlite3.Connection:
    """All tables made in one transaction: killed half-way, the old ones are there, or none."""
    if not path.exists():
        path.touch()  # SQLite lets only the owner write what it makes; its journals follow the database
        path.chmod(file_mode(path.parent))
    connection = connect(path)
    try:
        with translated(path):
            connection.execute("PRAGMA foreign_keys = OFF")  # or dropping would delete row by row
            connection.execute("BEGIN IMMEDIATE")
            build(connection)
            connection.execute("COMMIT")
            connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection that waits for others; transactions begin where the code says so.

    The journal is SQLite's default, for rollback: a write-ahead log is not safe on network file systems.
    """
    with translated(path):
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; where a killed writer left a journal, one that first plays it back."""
    where = f"{path.absolute().as_uri()}?mode=ro"
    with translated(path):
        connection = sqlite3.connect(where, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        return connect(path)
    return connection


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's failures as ckreg's, with what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", None) or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise BusyError(f"{path} is in use by another ckreg. Try again when it is done.") from error
        if is_damage(error):
            raise damaged(path, error) from error
        raise OutsideError(f"{path}: {error}. Is the disk full or the folder read-only?") from error


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file is not, or no longer, a database."""
    return (getattr(error, "sqlite_errorname", None) or "").startswith(_DAMAGED)


def damaged(path: Path, error: Exception) -> DamagedError:
    """The failure to raise for it."""
    return DamagedError(f"{path} is damaged ({error}). `ckreg index --rebuild` makes it anew.")


def storable(value: object) -> object:
    """A value as SQLite keeps it: text in valid UTF-8, whole numbers of 64 bits, no infinities."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        # A file name may hold bytes that are no UTF-8; written out as \\udcff they stay tellable apart.
        return str(value).encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int):
        return value if -_INTEGER_LIMIT <= value < _INTEGER_LIMIT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None:
        return None
    if dataclasses.is_dataclass(value) or isinstance(value, list | tuple | dict):
        return json.dumps(value, default=str)
    return storable(str(value))
