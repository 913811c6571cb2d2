"""Do SQLite's locks exclude? One process is about to write; another must neither begin to nor fail later."""

import contextlib
import sqlite3
from pathlib import Path

from ckreg.adapters.proving.helper import DATABASE
from ckreg.adapters.proving.scratch import helpers


def sqlite_fault(folder: Path) -> str | None:
    """What is wrong with them in this folder, None if nothing."""
    try:
        with contextlib.closing(sqlite3.connect(folder / DATABASE, timeout=0, isolation_level=None)) as ours:
            ours.execute("CREATE TABLE numbers (number)")
            return _fault(ours, folder)
    except sqlite3.Error as error:
        return str(error)


def _fault(ours: sqlite3.Connection, folder: Path) -> str | None:
    with helpers(folder, "write", "1") as (other,):
        if other.stdout is None or other.stdout.readline() != "writing\n":
            return "another process could not write"
        try:
            ours.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            pass
        else:
            return "two processes may write at once"
        other.communicate("enough\n")
    ours.execute("BEGIN IMMEDIATE")
    found = ours.execute("SELECT count(*) FROM numbers").fetchone()[0]
    ours.execute("COMMIT")
    return None if found == 1 else "what another process wrote cannot be read"
