"""The other process of a proof: `python -m ckreg.adapters.proving.helper WHAT ...`, in a scratch folder."""

import sqlite3
import sys
from pathlib import Path

from ckreg.adapters.tree import Home, locked, replace_text

COUNTER, TEXT, DATABASE = "counter", "text", "database"
LONG = 64 * 1024  # characters: more than one block


def count(times: int) -> None:
    """Count up in a file, under the registry's lock."""
    counter = Path(COUNTER)
    for _ in range(times):
        with locked(Home(Path.cwd()), timeout_seconds=20):
            counter.write_text(str(int(counter.read_text()) + 1))


def replace(times: int) -> None:
    """Replace a file again and again."""
    for number in range(times):
        replace_text(Path.cwd() / TEXT, "ab"[number % 2] * LONG)


def write(times: int) -> None:
    """Be about to write to a database until somebody says that it is enough."""
    connection = sqlite3.connect(DATABASE, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO numbers VALUES (?)", [times])
    print("writing", flush=True)  # noqa: T201  # to the process that started this one
    sys.stdin.readline()
    connection.execute("COMMIT")
    connection.close()


if __name__ == "__main__":
    {"count": count, "replace": replace, "write": write}[sys.argv[1]](int(sys.argv[2]))
