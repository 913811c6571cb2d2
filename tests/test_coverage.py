"""`docs/coverage.md` names tests that exist, and quotes what the description of the job really says."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ckreg.core.markdown import read

ROOT = Path(__file__).resolve().parents[1]
OPEN = "(open)"
DESCRIPTION = "seed/design-experiment.md"


class Requirement(NamedTuple):
    """A row of the table."""

    quotation: str
    where: str
    tests: str
    line: int


def requirements() -> Iterator[Requirement]:
    for table in read((ROOT / "docs/coverage.md").read_text(encoding="utf-8")).tables:
        assert table.header.texts == ("Requirement", "Where", "Test")
        for row in table.rows():
            quotation, where, tests = row.texts
            yield Requirement(quotation, where, tests, row.line)


@cache
def names_in(path: str) -> frozenset[str]:
    """The functions at the top of a file; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def words(text: str) -> str:
    return " ".join(text.split())


def test_every_named_test_exists() -> None:
    missing = []
    for requirement in requirements():
        assert requirement.where, f"docs/coverage.md:{requirement.line}: nowhere"
        for name in [] if requirement.tests == OPEN else requirement.tests.split("<br>"):
            match = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", name)
            if not match or match[2] not in names_in(match[1]):
                missing.append(f"docs/coverage.md:{requirement.line}: {name}")
    assert missing == []


def test_every_module_named_exists() -> None:
    for requirement in requirements():
        for path in re.findall(r"`((?:core|flows|adapters|commands|templates)/[^`]*)`", requirement.where):
            places = [ROOT / path, ROOT / "registry/ckreg" / path]
            places += [place.with_suffix("") for place in places]  # a file may grow to a folder
            assert any(place.exists() for place in places), f"docs/coverage.md:{requirement.line}: {path}"


def test_every_quotation_is_in_the_description(shared: Path) -> None:
    description = words((shared / DESCRIPTION).read_text(encoding="utf-8"))
    strange = [row for row in requirements() if words(row.quotation) not in description]
    assert strange == []


def test_no_item_of_the_description_is_left_out(shared: Path) -> None:
    """Each item of its lists is quoted; an item that only heads others has them quoted."""
    lines = (shared / DESCRIPTION).read_text(encoding="utf-8").splitlines()
    quotations = [words(row.quotation) for row in requirements()]
    items = [
        words(line) for line in lines if re.match(r"\s*(-|\d+\.) \S", line) and line.rstrip()[-1] not in ":*"
    ]
    assert len(items) > 100
    assert [item for item in items if not any(quotation in item for quotation in quotations)] == []
