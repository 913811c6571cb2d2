import importlib
from collections.abc import Sequence
from typing import Any

import pytest

from ckreg.core.spec import read_spec
from tests.docs.pages import DOCS, ROOT, fences, name_of, pages

played: Any = importlib.import_module("played")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "function", "page"),
    [
        ("make_tour", "toured", ROOT / "README.md"),
        ("make_queries", "asked", DOCS / "queries.md"),
        ("make_tutorial", "played", DOCS / "tutorial.md"),
    ],
    ids=["README.md", "queries.md", "tutorial.md"],
)
def test_commands_print_what_the_page_says(script: str, function: str, page: Any) -> None:  # noqa: ANN401  # a path
    text = page.read_text(encoding="utf-8")
    assert getattr(importlib.import_module(script), function)(text) == text, "run `make docs` and look at it"


PAGE = """\
Words.

```console
$ one
told
$ two \\
>   words
$ three
...
end
```

```sh
$ four
```
"""


def test_calls_are_read_with_what_they_print() -> None:
    assert [(call.typed, call.printed) for call in played.calls(PAGE)] == [
        ("one", "told\n"),
        ("two \\\n  words", ""),
        ("three", "...\nend\n"),
    ]


def test_only_what_differs_is_written_anew() -> None:
    def play(commands: Sequence[str]) -> list[str]:
        assert commands == ["one", "two \\\n  words", "three"]
        return ["new\n", "", "a\nb\nend\n"]

    assert played.replayed(PAGE, play) == PAGE.replace("told", "new")


@pytest.mark.parametrize(
    ("told", "printed", "same"),
    [
        ("a (0123abc9)\n", "a (89efab12)\n", True),
        ("took 6 s\n", "took 12 s\n", True),
        ("in 0.6 s.\n", "in 11.2 s.\n", True),
        ("took 6 s\n", "took 2 h\n", False),
        ("2026-01-01 10:00:00\n", "2027-11-11 09:30:12\n", True),
        ("available: 61 GiB\n", "available: 1,204 GiB\n", True),
        ("3 runs\n", "4 runs\n", False),
        ("deadbeef\n", "defaced\n", False),
        ("...\n", "", True),
        ("a\n...\nb\n", "a\nb\n", True),
        ("a\n...\n", "b\n", False),
        ("a  b\n───\n", "a    b\n──────\n", True),
    ],
)
def test_what_may_differ(told: str, printed: str, same: bool) -> None:
    assert played.same(told, printed) is same


SPECS = [
    (page, fence)
    for page in pages()
    for fence in fences(page)
    if fence.language == "yaml" and fence.text.startswith("task:")
]


@pytest.mark.parametrize(("page", "fence"), SPECS, ids=[name_of(page) for page, _ in SPECS])
def test_every_spec_on_a_page_is_one(page: Any, fence: Any) -> None:  # noqa: ANN401  # a path, a fence
    assert read_spec(fence.text, format="yaml", name=name_of(page)).question
