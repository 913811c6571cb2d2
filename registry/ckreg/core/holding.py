"""Who holds a lock: as the lock's file has it, and in words."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from ckreg.core.text import one_line
from ckreg.core.units import duration


class Life(StrEnum):
    """What is known of a holder's process from here."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a lock.

    `started` is its start in clock ticks since the host's boot, and `space` its pid namespace, as Linux has
    them (`""` elsewhere): a number that was given to another process since is not the holder. `token` is this
    holding's own.
    """

    host: str
    pid: int
    person: str
    since: datetime
    started: int
    space: str
    token: str

    def text(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self) | {"since": self.since.isoformat()}) + "\n"

    def in_words(self, now: datetime) -> str:
        """Who, where, since when, on one line."""
        seconds = max(0.0, (now - self.since).total_seconds())
        return (
            f"{one_line(self.person)} on {one_line(self.host)}, process {self.pid}, "
            f"since {self.since.astimezone():%Y-%m-%d %H:%M:%S} ({duration(seconds)})"
        )


def read_holder(text: str) -> Holder | None:
    """The holder that a lock's file tells of, None where it is not one of ours."""
    try:
        told = json.loads(text)
        since = datetime.fromisoformat(told["since"])
        words = [told[name] for name in ("host", "person", "space", "token")]
        numbers = [told["pid"], told["started"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if since.tzinfo is None or not all(isinstance(word, str) for word in words):
        return None
    if not all(type(number) is int and 0 <= number < 2**63 for number in numbers):
        return None
    host, person, space, token = words
    return Holder(host, numbers[0], person, since, numbers[1], space, token)


def life_of(holder: Holder, here: Holder, running: int | None) -> Life:
    """What this process (`here`) can say of a holder.

    `running` is the start of the process that has the holder's number here: None where there is none, 0 where
    it is hidden.
    """
    if holder.host != here.host or holder.space != here.space:
        return Life.UNKNOWN
    another = running and holder.started and running != holder.started
    return Life.DEAD if running is None or another else Life.ALIVE
