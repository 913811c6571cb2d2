"""Rules about a clone that several people share: whose the files are, and who may write them."""

import stat
from collections.abc import Mapping

from ckreg.core.health.finding import Finding, ok, warn, wrong
from ckreg.core.text import one_line

_GROUP_VALUES = {"group", "true", "1", "yes", "on", "all", "world", "everybody", "2", "3"}


def is_shared(value: str | None) -> bool:
    """Whether `core.sharedRepository` lets a group write (git-config(1)); an octal mode may say so too."""
    if value is None:
        return False
    word = value.strip().lower()
    octal = word.startswith("0") and word.strip("01234567") == "" and word != "0"
    return word in _GROUP_VALUES or (octal and bool(int(word, 8) & stat.S_IWGRP))


def modes(shared: bool, folders: Mapping[str, int | None]) -> Finding:
    """Folders by name with their mode (None: not there) let the group write, where the clone is shared."""
    there = {name: mode for name, mode in folders.items() if mode is not None}
    if not shared:
        open_ones = [name for name, mode in there.items() if mode & stat.S_IWOTH]
        if open_ones:
            return wrong(
                "modes", f"Everybody may write {', '.join(open_ones)}.", f"`chmod o-w {' '.join(open_ones)}`."
            )
        return ok("modes", "The clone is one person's (core.sharedRepository is not set).")
    closed = [name for name, mode in there.items() if not (mode & stat.S_ISGID and mode & stat.S_IWGRP)]
    if closed:
        shown = ", ".join(map(one_line, closed[:3])) + (" ..." if len(closed) > 3 else "")  # noqa: PLR2004
        return wrong(
            "modes",
            f"The clone is a group's, but the group may not write {shown} (or it is not setgid).",
            "`ckreg init --shared`, by whoever owns them.",
        )
    return ok("modes", "The clone is a group's: folders are setgid, and the group may write.")


def umask(mask: int, shared: bool) -> Finding:
    """What a person's own programs write in a shared clone can be written by the group."""
    if shared and mask & stat.S_IWGRP:
        return warn(
            "umask",
            f"umask is {mask:04o}: the group cannot write what git and your editor make in the work tree.",
            "Put `umask 007` (or 002) into your shell's start-up file.",
        )
    return ok("umask", f"umask is {mask:04o}.")


def ownership(told: str, folder: str) -> Finding:
    """Git works in this folder; `told` is what it said where it does not."""
    where = one_line(folder)
    if not told:
        return ok("repository", f"git works in {where}.")
    if "dubious ownership" in told:
        return wrong(
            "repository",
            f'git does nothing in {where}, as somebody else owns it ("dubious ownership").',
            f"If you trust its owner: `git config --global --add safe.directory {where}`.",
        )
    return wrong("repository", f"git does not work in {where}: {one_line(told)}.", "`ckreg init` there.")
