"""Whether `ckreg doctor` has something to say: what can be seen at a glance, without asking git."""

import time
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.spool import pending
from ckreg.adapters.tree import Home
from ckreg.adapters.tree.breaking import held_lock
from ckreg.core.health.clone import SPOOL_OLD_SECONDS
from ckreg.core.holding import Life
from ckreg.errors import CkregError

_LEFT_SECONDS = 60.0  # a git or a ckreg that is at work has long done with its files by then


def at_a_glance(home: Home) -> list[str]:
    """What seems to be off, each in some words."""
    return list(_off(home))


def _off(home: Home) -> Iterator[str]:
    now = time.time()
    try:
        held = held_lock(home)
    except CkregError:
        yield "the lock is no file of ckreg's"
    else:
        if held and held.life is Life.DEAD:
            yield "who holds the lock has ended"
    if any(now - written > SPOOL_OLD_SECONDS for written in pending(home)[0]):
        yield "the spool is old"
    if _age(home.root / ".git" / "index.lock", now) > _LEFT_SECONDS:
        yield "git's index.lock was left behind"
    if _age(home.state / "intent.json", now) > _LEFT_SECONDS:
        yield "a change was left half done"


def _age(path: Path, now: float) -> float:
    try:
        return now - path.lstat().st_mtime
    except OSError:
        return 0.0
