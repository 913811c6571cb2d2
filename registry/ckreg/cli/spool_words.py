"""What lies in the spool, in words: requests that nobody has committed yet, and those that could not be."""

import time
from collections.abc import Iterator

from ckreg.adapters.spool import pending
from ckreg.adapters.tree import Home
from ckreg.core.units import counted, duration


def spool_in_words(home: Home) -> Iterator[str]:
    """A line for what waits, with its age, and one for what was refused; none where there is neither."""
    waiting, refused = pending(home)
    if waiting:
        since = duration(max(0, time.time() - min(waiting)))  # whose clock was ahead
        number = counted(len(waiting), "status request")
        yield f"Uncommitted since {since}: {number}. `ckreg status flush` commits what waits."
    if refused:
        yield f"Refused: {counted(len(refused), 'status request')}. `ckreg status flush` tells why."
