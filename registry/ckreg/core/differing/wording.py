"""How the wording of a document's sections differs, counted in lines; spaces and the order do not count."""

import bisect
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ckreg.core.markdown import read
from ckreg.core.text import lines_of, one_line

_RULE = re.compile(r"-{2,}")
_TOP = "above the first heading"


@dataclass(frozen=True, slots=True)
class SectionDifference:
    """How many lines of a section are new, and how many are gone; its headings as in `Resources > Models`."""

    section: str
    added: int
    removed: int

    @property
    def words(self) -> str:
        """The same in words: `Notes: 2 lines changed, 1 added`."""
        changed = min(self.added, self.removed)
        more = {"changed": changed, "added": self.added - changed, "removed": self.removed - changed}
        parts = [f"{number} {what}" for what, number in more.items() if number]
        first, *others = parts
        number, _, what = first.partition(" ")
        line = "line" if number == "1" else "lines"
        return f"{self.section}: {', '.join([f'{number} {line} {what}', *others])}"


def wording_differences(
    before: str, after: str, told: tuple[frozenset[int], frozenset[int]]
) -> Iterator[SectionDifference]:
    """The sections with other lines; lines that are `told` of already (of either text) are left out."""
    old, new = _sections(before, told[0]), _sections(after, told[1])
    for section in [*new, *(section for section in old if section not in new)]:
        was, now = old.get(section, Counter[str]()), new.get(section, Counter[str]())
        added, removed = (now - was).total(), (was - now).total()
        if added or removed:
            yield SectionDifference(section, added, removed)


def _sections(text: str, told: frozenset[int]) -> Mapping[str, Counter[str]]:
    """The lines of each section that say something, without spaces at the sides and between."""
    headings = [(heading.line, " > ".join((*heading.path, heading.title))) for heading in read(text).headings]
    starts = [line for line, _ in headings]
    found: dict[str, Counter[str]] = {}
    for number, line in enumerate(lines_of(text), 1):
        bare = _RULE.sub("--", " ".join(line.replace("|", " | ").split()))
        if bare and number not in told:
            place = bisect.bisect_right(starts, number) - 1
            section = _named(headings[place][1]) if place >= 0 else _TOP
            found.setdefault(section, Counter())[bare] += 1
    return found


def _named(section: str) -> str:
    """The headings without the document's title, which stands above all of them."""
    title, _, rest = section.partition(" > ")
    return one_line(rest if rest and title.startswith("Experiment") else section)
