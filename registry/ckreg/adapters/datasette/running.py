"""Starts Datasette: on this machine's own address, over a file that nobody writes to, behind a login."""

import importlib.util
import json
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ckreg.errors import OutsideError

HOST = "127.0.0.1"
_MILLISECONDS = 2000
_ROWS = 1000
_SETTINGS = {
    "sql_time_limit_ms": _MILLISECONDS,
    "max_returned_rows": _ROWS,
    "default_page_size": 50,
    "allow_download": "off",
}
# On a login node the address of this machine is everybody's who works there.
_OWN = {"allow": {"id": "root"}}


def is_installed() -> bool:
    """Whether Datasette is there."""
    return importlib.util.find_spec("datasette") is not None


def serve(database: Path, metadata: Mapping[str, object], port: int | None, words: Sequence[str]) -> int:
    """Run Datasette over the database until it ends or is interrupted; its exit code.

    `words` are further options for it. The metadata file is written beside the database. Without a `port`
    8001 is taken, or another that is free.
    """
    file = database.with_name("metadata.json")
    file.write_text(json.dumps({**metadata, **_OWN}, indent=2), encoding="utf-8")
    settings = [word for name, value in _SETTINGS.items() for word in ("--setting", name, str(value))]
    call = [
        *(sys.executable, "-m", "ckreg.adapters.datasette.serving", "serve", "--immutable", str(database)),
        *("--metadata", str(file), "--host", HOST, "--port", str(port or free_port()), "--root"),
        *(*settings, *words),
    ]
    with subprocess.Popen(call) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the terminal has sent it to Datasette, too
            process.wait()
            return 0


def free_port(wanted: int = 8001) -> int:
    """The port, or any other where somebody has that one.

    Raises:
        OutsideError: there is none.
    """
    for port in (wanted, 0):
        with socket.socket() as tried:
            try:
                tried.bind((HOST, port))
            except OSError:
                continue
            return int(tried.getsockname()[1])
    raise OutsideError("There is no free port on this machine. Name one with --port.")
