from pathlib import Path

import pytest

from tests.docs.pages import anchors, links, name_of, pages

_ELSEWHERE = ("https://", "http://", "mailto:")


def dead(page: Path) -> list[str]:
    return [target for target in links(page) if not target.startswith(_ELSEWHERE) and not leads(page, target)]


def leads(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    there = page if not path else (page.parent / path)
    if not there.exists():
        return False
    return not anchor or anchor in anchors(there)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_no_link_is_dead(page: Path) -> None:
    assert dead(page) == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Some *title*: here\n\n[a](#some-title-here) [b](other.md) [c](#nowhere) [d](page.md#x)\n"
    )
    assert dead(page) == ["other.md", "#nowhere", "page.md#x"]
