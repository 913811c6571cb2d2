"""Whether the cache can be read, asked without changing it."""

import contextlib
import sqlite3
from pathlib import Path

from ckreg.adapters.cache.store import connect


def cache_fault(path: Path) -> str | None:
    """What is wrong with the cache, None if nothing or if there is none."""
    if path.is_symlink():
        return "it is a link"
    if not path.exists():
        return None
    try:
        with contextlib.closing(connect(path)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)
    return None if found == "ok" else found
