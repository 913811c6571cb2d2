"""`.ckreg/roots`: the folders and logs that were named to `ckreg index`, one a line."""

import os
from collections.abc import Iterable
from pathlib import Path

from ckreg.adapters.tree import Home, replace_text

_LARGEST = 1 << 20  # bytes


def known_roots(home: Home) -> tuple[Path, ...]:
    """The roots in the order in which they were first named; those that are gone stay known."""
    try:
        # Neither through a link that came with somebody's clone, nor waiting at a pipe.
        handle = os.open(_file(home), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            text = os.fsdecode(file.read(_LARGEST))
    except OSError:
        return ()
    return tuple(Path(line) for line in text.split("\n") if line.strip())


def remember_roots(home: Home, roots: Iterable[Path]) -> None:
    """Add roots that are not known yet; one below another adds nothing to it."""
    before = list(known_roots(home))
    known = before
    for root in roots:
        # A name with a line break, or that is no UTF-8, cannot be kept; it is read, but not remembered.
        if _is_one_line(str(root)) and not any(root.is_relative_to(old) for old in known):
            known = [old for old in known if not old.is_relative_to(root)] + [root]
    if known != before:
        if _file(home).is_symlink():  # it came with somebody's clone, and leads elsewhere
            _file(home).unlink()
        replace_text(_file(home), "".join(f"{path}\n" for path in known))


def _is_one_line(text: str) -> bool:
    return "\n" not in text and text.encode(errors="replace").decode() == text


def _file(home: Home) -> Path:
    return home.state / "roots"
