"""The rule about who holds the registry's lock."""

from datetime import datetime

from ckreg.core.health.finding import Finding, ok, warn, wrong
from ckreg.core.holding import Holder, Life

_LONG_SECONDS = 600.0


def holder(held_by: Holder | None, life: Life | None, now: datetime) -> Finding:
    """Nobody who is gone holds the lock; `life` is None where nobody holds it."""
    if life is None:
        return ok("holder", "Nobody holds the lock.")
    who = held_by.in_words(now) if held_by else "somebody whom its file does not name"
    if life is Life.DEAD:
        return wrong(
            "holder",
            f"The lock is held by {who}, which has ended without giving it back.",
            "`ckreg doctor --break-lock`.",
        )
    seconds = (now - held_by.since).total_seconds() if held_by else _LONG_SECONDS
    if seconds < _LONG_SECONDS:
        return ok("holder", f"The lock is held by {who}.")
    remedy = (
        "Wait, or end that process."
        if life is Life.ALIVE
        else "If it no longer runs: `ckreg doctor --break-lock`."
    )
    return warn("holder", f"The lock is held by {who}.", remedy)
