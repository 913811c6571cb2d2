"""`ckreg doctor`: look a registry over, and the machine that it is used on."""

from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.tree import Home
from ckreg.adapters.tree.breaking import Held, held_lock
from ckreg.adapters.tree.breaking import break_lock as break_held
from ckreg.core.health import Finding
from ckreg.core.holding import Life
from ckreg.errors import RefusedError
from ckreg.flows.doctoring import examine, mend


def doctor(start: Path) -> Iterator[Finding]:
    """What is found, one after the other: some checks take a moment.

    Nothing is changed but a scratch folder in `.ckreg/`, and on a network filesystem `.ckreg/commit_hosts`:
    this host is added to it.
    """
    return examine(start)


def doctor_fix(start: Path) -> list[str]:
    """Put right what can be without losing anything; what was done, in words.

    Raises:
        CkregError: something could not be put right.
    """
    return mend(start)


def lock_to_break(home: Home) -> Held | None:
    """The lock and who holds it, None where nobody does.

    Raises:
        RefusedError: its holder lives, on this host.
    """
    held = held_lock(home)
    if held and held.holder and held.life is Life.ALIVE:
        raise RefusedError(
            f"Process {held.holder.pid} of {held.holder.person} runs on this host and holds the lock. "
            f"Wait, or end it (`kill {held.holder.pid}`)."
        )
    return held


def break_lock(home: Home, held: Held) -> None:
    """Take the lock away from the holder that was shown.

    Raises:
        RefusedError, BusyError, OutsideError: it lives; somebody else has it by now; it cannot be removed.
    """
    break_held(home, held)
