"""`ckreg` alone in a registry: where things stand, and what needs attention."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ckreg.adapters.tree import Home
from ckreg.core.attention.judging import needs
from ckreg.core.attention.needs import Kind, Need, screenful
from ckreg.core.status import count_statuses
from ckreg.flows.attending import Unsent, overview

__all__ = ["Kind", "Need", "Standing", "Unsent", "attention", "screenful"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many experiments there are, rows by status, and what needs attention, most urgent first.

    `unsent` is the newest experiment of which something is still to be sent.
    """

    experiments: int
    statuses: Mapping[str, int]
    attention: tuple[Need, ...]
    unsent: Unsent | None = None


def attention(home: Home) -> Standing:
    """How the registry stands; no scheduler is asked.

    Raises:
        CkregError: the cache or a settings file cannot be read.
    """
    found = overview(home)
    return Standing(
        experiments=found.experiments,
        statuses=count_statuses(Counter(found.statuses).elements()),
        attention=needs(found.facts),
        unsent=found.unsent,
    )
