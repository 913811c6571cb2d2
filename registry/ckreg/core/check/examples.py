"""The examples in the docstrings of rules: what breaks the rule, and what does not.

A docstring has a head line such as "Bad, line 3:" and "Good:" before each example, which is indented. With
the name of a file in backticks it is that file beside the document; "Always" is there for both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc
from textwrap import dedent

from ckreg.core.check.rule import Rule
from ckreg.core.check.subject import ESTIMATES, SEAL, SPEC, Beside, Subject

EXPERIMENT = "cap_8L_lora_comparison_2025-10-22"
"""The folder that the documents of all examples lie in."""

_HEAD = re.compile(r"(?P<kind>Bad|Good|Always)(?: `(?P<file>[\w.]+)`)?(?:, line (?P<line>\d+))?:")
_DOCUMENT = "experiment_summary.md"


@dataclass(frozen=True, slots=True)
class Example:
    """An example: the files by name, and for a bad one the file and line on which it is found."""

    files: dict[str, str]
    file: str | None = None
    line: int | None = None

    def subject(self) -> Subject:
        """The example as the rules see it."""
        beside = Beside(self.files.get(SPEC), self.files.get(ESTIMATES), self.files.get(SEAL))
        return Subject(self.files.get(_DOCUMENT, ""), EXPERIMENT, beside)


@dataclass(frozen=True, slots=True)
class Page:
    """What a rule's docstring says: words, a bad and a good example."""

    words: str
    bad: Example
    good: Example


def page_of(rule: Rule) -> Page:
    """The docstring of a rule, taken apart.

    Raises:
        ValueError: it has no bad or no good example.
    """
    words, *parts = _parts(cleandoc(rule.find.__doc__ or ""))
    always = {file: text for kind, file, _, text in parts if kind == "Always"}
    bad = [part for part in parts if part[0] == "Bad"]
    good = [part for part in parts if part[0] == "Good"]
    if not bad or not good or bad[0][2] is None:
        raise ValueError(f"{rule.code} lacks a good example, or a bad one with its line")
    _, file, line, _ = bad[0]
    return Page(
        words[3],
        Example(
            always | {part[1]: part[3] for part in bad}, None if file == _DOCUMENT else file, int(line or 0)
        ),
        Example(always | {part[1]: part[3] for part in good}),
    )


def _parts(doc: str) -> Iterator[tuple[str, str, str | None, str]]:
    """The words, then each example: kind, file, line, text."""
    kind, file, line = "", _DOCUMENT, None
    lines: list[str] = []
    for text in [*doc.split("\n"), "Always:"]:
        if head := _HEAD.fullmatch(text):
            yield kind, file, line, dedent("\n".join(lines)).strip("\n") + ("\n" if kind else "")
            kind, file, line = head["kind"], head["file"] or _DOCUMENT, head["line"]
            lines = []
        else:
            lines.append(text)
