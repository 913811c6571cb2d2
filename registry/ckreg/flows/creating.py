"""Writes a dataset that is missing, where its task is known and somebody has agreed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters import clock, probe
from ckreg.adapters.tree import replace_text
from ckreg.core.capitalization import Words, dataset_text, known_words
from ckreg.core.journal import Entry


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that is missing and could be written."""

    path: Path
    words: Words

    def __str__(self) -> str:
        """The file and what it would hold."""
        return f"{self.path} ({self.words})"


def offers(paths: Iterable[str]) -> tuple[Offer, ...]:
    """The files among these full paths that are missing and of a known task."""
    missing = (path for path in dict.fromkeys(paths) if not probe.exists(path))
    return tuple(Offer(Path(path), words) for path in missing if (words := known_words(path)))


def create(wanted: Iterable[Offer]) -> tuple[Entry, ...]:
    """Write them, with an entry of the journal for each.

    Raises:
        OutsideError: a file cannot be written.
    """
    return tuple(_created(offer) for offer in wanted)


def _created(offer: Offer) -> Entry:
    replace_text(offer.path, dataset_text(offer.words))
    fields = (
        ("Command", f"Created {offer.path}"),
        ("Result", str(offer.words)),
        ("Explanation", "It was missing, its task is known, and writing it was agreed to"),
    )
    return Entry(clock.now(), "CREATE_DATASET", "Writing the capitalization dataset", fields)
