"""`.ckreg/`, which a clone keeps for itself: made where it is missing, and never behind a link."""

import os
import stat
from pathlib import Path

from ckreg.adapters.tree.files import make_folder
from ckreg.adapters.tree.home import Home
from ckreg.errors import MalformedError, OutsideError

_LONGEST = 64 * 1024  # bytes; these files are some lines


def state_folder(home: Home) -> Path:
    """`.ckreg/`, made where it is missing.

    Raises:
        MalformedError: it is a link: a registry from somebody else must not lead our files elsewhere.
        OutsideError: it cannot be made.
    """
    folder = home.state
    if folder.is_symlink():
        raise MalformedError(f"{folder} is a link. Remove it: ckreg writes only inside the registry.")
    try:
        make_folder(folder)
    except OSError as error:
        raise OutsideError(f"{folder} cannot be made: {error.strerror}.") from error
    return folder


def read_own(path: Path) -> str | None:
    """The text of a short file in `.ckreg/`, None where there is none.

    Raises:
        MalformedError: it is a link, a pipe or the like, or far too long.
        OutsideError: it cannot be read.
    """
    try:
        # Neither through a link nor waiting for the other end of a pipe: somebody's clone may have them.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        if path.is_symlink():
            raise MalformedError(f"{path} is a link. Remove it: ckreg follows none here.") from None
        raise OutsideError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise MalformedError(f"{path} is no file. Remove it.")
        content = os.read(number, _LONGEST + 1)
    finally:
        os.close(number)
    if len(content) > _LONGEST:
        raise MalformedError(f"{path}:1: longer than {_LONGEST} bytes, so not a file of ckreg's. Remove it.")
    return content.decode(errors="replace")
