"""A real pseudo-terminal of 80 columns: what is typed and what is seen."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_PATIENCE = 60.0  # seconds; a busy machine is slow, a hanging test is worse
_READ = 65536
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
_HALF = re.compile(r"(\r|\x1b[^a-zA-Z]*)\Z")


class Terminal:
    """`ckreg` started on a terminal of its own; `seen` is all that it has shown, without colours."""

    def __init__(self, folder: Path, *words: str, env: Mapping[str, str] = {}) -> None:  # read only
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **env}
        call = [sys.executable, "-m", "ckreg", "-C", str(folder), *words]
        self._job = subprocess.Popen(  # no threads here; only so Ctrl-C reaches it
            call,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            preexec_fn=_own,  # noqa: PLW1509  # no threads here; only so Ctrl-C reaches it
        )
        os.close(slave)
        self.raw = ""
        self._read_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._job.poll() is None:
            self._job.kill()
        self._job.wait()
        os.close(self._master)

    @property
    def seen(self) -> str:
        """All that was shown, as text; what is only half there is not seen yet."""
        return _COLOUR.sub("", _HALF.sub("", self.raw)).replace("\r\n", "\n")

    def until(self, text: str) -> str:
        """Wait until this is shown after what was waited for before; what was shown up to it."""
        end = time.monotonic() + _PATIENCE
        while (at := self.seen.find(text, self._read_to)) < 0:
            if not self._more(end - time.monotonic()):
                raise AssertionError(f"{text!r} never came; this did:\n{self.seen[self._read_to :][-2000:]}")
        shown, self._read_to = self.seen[self._read_to : at + len(text)], at + len(text)
        return shown

    def type(self, words: str) -> None:
        """Type words and Enter."""
        os.write(self._master, words.encode(errors="surrogateescape") + b"\r")

    def press(self, key: str) -> None:
        """Press a key: `\\x03` is Ctrl-C, `\\x04` is Ctrl-D."""
        os.write(self._master, key.encode())

    def stop(self, key: str = "\x03") -> int:
        """Press a key until the call has ended, as a person would; its exit code.

        A signal between readline's look and its wait shows at the next key only.
        """
        end = time.monotonic() + _PATIENCE
        while self._job.poll() is None and time.monotonic() < end:
            self.press(key)
            while time.monotonic() < end and self._more(5.0):
                pass
            if self._kept_or_gone():
                break
        return self.code()

    def _kept_or_gone(self) -> bool:
        return "interrupted" in self.seen or self._job.poll() is not None

    def answers(self, talk: Sequence[tuple[str, str]]) -> None:
        """For each question that is waited for, its answer."""
        for question, words in talk:
            self.until(question)
            self.reply(words)

    def reply(self, words: str) -> str:
        """Type an answer at the next prompt; what was shown up to it."""
        shown = self.until("> ")
        self.type(words)
        return shown

    def code(self) -> int:
        """The exit code, when it is done."""
        end = time.monotonic() + _PATIENCE
        while self._more(end - time.monotonic()):
            pass
        return self._job.wait(_PATIENCE)

    def _more(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        try:
            part = os.read(self._master, _READ) if ready else b""
        except OSError:  # Linux says so where the other end is closed
            return False
        self.raw += part.decode(errors="replace")
        return bool(part)


def _own() -> None:
    """Make it the terminal's own session, so that Ctrl-C reaches it; a shell's background jobs ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
