"""What several pages of the site have: links, counts, what was cut, and what all say of the site."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PageKind(StrEnum):
    """The pages; each is rendered by `<kind>.html.j2`, which gets `build` and `page`."""

    OVERVIEW = "overview"
    EXPERIMENT = "experiment"
    ESTIMATES = "estimates"
    THROUGHPUT = "throughput"


@dataclass(frozen=True, slots=True)
class Link:
    """A word that leads somewhere; to nowhere where `href` is None. `current` is the page itself."""

    text: str
    href: str | None = None
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What all pages say of the site.

    `title` is the registry's name. `commit` is the short id that HEAD had, None where there is none. It and
    `made`, the time of the build, stand on the overview alone: other pages stay as they are from build to
    build.
    """

    title: str
    navigation: tuple[Link, ...]
    version: str
    commit: str | None = None
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows have which status; `other` is what is none of the four."""

    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.pending + self.running + self.completed + self.failed + self.other

    @property
    def parts(self) -> Mapping[str, int]:
        """The statuses that some rows have, in the order in which they are shown."""
        parts = {
            "completed": self.completed,
            "running": self.running,
            "failed": self.failed,
            "pending": self.pending,
            "other": self.other,
        }
        return {status: number for status, number in parts.items() if number}


@dataclass(frozen=True, slots=True)
class Cut:
    """A table or plot that shows `shown` of `total`; all of it stands in the file at `href`."""

    shown: int
    total: int
    href: str | None = None
