"""What needs attention, each with the next command."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, islice


class Kind(StrEnum):
    """What it is about, the most urgent first; the words are those of the JSON."""

    DOCTOR = "doctor"
    REFUSED = "refused"
    FAILED = "failed"
    STALE = "stale"
    SCRATCH = "scratch full"
    UNCOMMITTED = "uncommitted"
    OVERDUE = "sync overdue"
    UNSEALED = "unsealed"
    ESTIMATE = "estimate off"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to look at; `experiment` is None where it concerns several, or the registry."""

    kind: Kind
    message: str
    command: str
    experiment: str | None = None


_OF_A_KIND = 3


def screenful(needs: Sequence[Need], most: int) -> tuple[Need, ...]:
    """So many of them, in their order; of no kind more than three while another has something to say."""
    places = range(len(needs))
    first = [
        place
        for _, of_a_kind in groupby(places, key=lambda place: needs[place].kind)
        for place in islice(of_a_kind, _OF_A_KIND)
    ]
    others = [place for place in places if place not in set(first)]
    return tuple(needs[place] for place in sorted([*first, *others][:most]))
