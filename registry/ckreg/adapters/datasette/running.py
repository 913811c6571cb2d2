"""Starts Datasette: on this machine's own address, over a file that nobody writes to, behind a login."""

import contextlib
import importlib.util
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
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
    # In a group of its own a terminal's Ctrl-C does not reach it, which would print a traceback while it
    # starts; it is asked to end instead. An interrupt waits until it is known whom to ask: by a handler, as a
    # signal that one thread blocks goes to another, and libraries start some.
    interrupts: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    with subprocess.Popen(call, process_group=0) as process:
        try:
            signal.signal(signal.SIGINT, before)
            if interrupts:
                signal.raise_signal(signal.SIGINT)
            return process.wait()
        except BaseException as ended:
            process.terminate()
            process.wait()
            if isinstance(ended, KeyboardInterrupt):
                return 0
            raise


@contextlib.contextmanager
def tidy_end() -> Iterator[None]:
    """End as after an error where somebody ends us by a signal: child and folders go along."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    ends = (signal.SIGTERM, signal.SIGHUP)
    ours = [each for each in ends if signal.getsignal(each) is signal.SIG_DFL]  # `nohup` wants it ignored
    for each in ours:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


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
