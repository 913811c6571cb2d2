"""Reading whole files of a registry: never behind a link out of it, never for ever."""

import os
import stat
from pathlib import Path

from ckreg.adapters.tree.home import SETTINGS
from ckreg.errors import MalformedError, NotFoundError, OutsideError

_LARGEST = 256 << 20  # bytes


def read_text(path: Path) -> str:
    """The file's text with its own line endings.

    Raises:
        NotFoundError: the file is not there.
        OutsideError: it cannot be read.
        MalformedError: it is not UTF-8, no plain file, far too large, or a link out of the registry.
    """
    try:
        _refuse_way_out(path)
        return _content(path).decode()
    except FileNotFoundError:
        raise NotFoundError(f"{path} does not exist.") from None
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MalformedError(
            f"{path}:{line}: byte {error.object[error.start]:#04x} is not UTF-8. Save the file as UTF-8."
        ) from error


def _refuse_way_out(path: Path) -> None:
    """See that a registry's file is not behind a link out of it: what is told of it would be somebody's."""
    steps = [str(path)]
    while (above := os.path.dirname(steps[-1])) != steps[-1]:  # noqa: PTH120  # text: Path takes ten times as long
        if os.path.lexists(f"{above}/{SETTINGS}"):
            break
        steps.append(above)
    else:
        return
    if not any(map(os.path.islink, steps)):
        return
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(above), "")):  # noqa: PTH118
        raise MalformedError(f"{path} leads out of the registry through a link. Put the file itself there.")


def _content(path: Path) -> bytes:
    """All of a plain file: a pipe would never end, or never begin."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise MalformedError(f"{path} is no plain file. Put one there, or remove it.")
        if facts.st_size > _LARGEST:
            raise MalformedError(f"{path}:1: larger than {_LARGEST >> 20} MiB, so not a file of ckreg's.")
        return file.read()
