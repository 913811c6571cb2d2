"""Sends a short text to a person's own command, on its stdin, or to a webhook; each is held to a time."""

import json
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ckreg.core.text import one_line
from ckreg.errors import UsageError

SECONDS = 20.0
_LONGEST_COMPLAINT = 500  # bytes
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def command_words(command: str) -> tuple[str, ...]:
    """The program and its arguments; no shell reads them.

    Raises:
        UsageError: they are none, or the program is named by a path that a registry could mean.
    """
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(
            f"notify_command cannot be read as words ({one_line(str(error))}). Mend its quotes."
        ) from None
    if not words:
        raise UsageError(
            "notify_command is empty. Name a program that reads stdin, such as `mail -s {title} me`."
        )
    if "/" in words[0] and not words[0].startswith("/"):
        raise UsageError("notify_command: name the program by its full path, or one that is on PATH.")
    return words


def checked_url(url: str) -> str:
    """The address of a webhook; it is a secret, so no message repeats it.

    Raises:
        UsageError: it is no https:// address (http:// goes to this machine alone).
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise UsageError("notify_webhook is no address. Write it as https://HOST/PATH.") from None
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        return url
    raise UsageError("notify_webhook must begin with https://. Write it as https://HOST/PATH.")


def run(words: Sequence[str], text: str, *, seconds: float = SECONDS) -> str | None:
    """Give the text to a program; why that failed, None where it did not.

    Its stdout is thrown away. It is run in `/`, so that nothing that lies in a registry can be meant.
    """
    # A file takes what it complains of: a pipe would be waited for as long as any child of it lives.
    with tempfile.TemporaryFile() as complaints:
        try:
            done = subprocess.run(
                words,
                check=False,
                cwd="/",
                input=text.encode(),
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            return f"{words[0]} did not end within {seconds:g} s"
        except OSError as error:
            return f"{words[0]} cannot be run: {error.strerror}"
        if not done.returncode:
            return None
        complaints.seek(0)
        said = one_line(complaints.read(_LONGEST_COMPLAINT).decode(errors="replace"))
        return f"{words[0]} failed: {said or f'exit {done.returncode}'}"


def post(url: str, payload: Mapping[str, str], *, seconds: float = SECONDS) -> str | None:
    """Post JSON; why that failed, None where it did not. Nobody is followed elsewhere."""
    from http.client import HTTPException  # noqa: PLC0415  # 60 ms that only a webhook costs
    from urllib.error import HTTPError, URLError  # noqa: PLC0415
    from urllib.request import HTTPRedirectHandler, Request, build_opener  # noqa: PLC0415

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            """An answer that leads elsewhere is a failure."""

    host = urlsplit(url).hostname
    request = Request(  # noqa: S310  # https, or this machine: `checked_url`
        url, json.dumps(payload).encode(), {"Content-Type": "application/json", "User-Agent": "ckreg"}
    )
    try:
        with build_opener(Stay).open(request, timeout=seconds):
            return None
    except HTTPError as error:
        error.close()
        return f"the webhook at {host} answered {error.code}"
    except URLError as error:
        return f"the webhook at {host} cannot be reached: {one_line(str(error.reason))}"
    except (OSError, HTTPException, ValueError) as error:
        return f"the webhook at {host} failed: {one_line(str(error)) or type(error).__name__}"
