import importlib

import pytest

from ckreg.core.check.page import page as checks_page
from tests.docs.pages import DOCS


def test_the_commands_pages_are_what_their_help_makes() -> None:
    made = importlib.import_module("make_commands").pages()
    folder = DOCS / "commands"
    assert {path.name for path in folder.iterdir()} == set(made), "run `make docs`"
    for name, text in made.items():
        assert (folder / name).read_text(encoding="utf-8") == text, f"{name}: run `make docs`"


@pytest.mark.parametrize("name", ["spec.md", "settings.md"])
def test_the_pages_of_keys_are_what_the_tables_make(name: str) -> None:
    made = importlib.import_module("make_spec").PAGES[name]()
    assert (DOCS / name).read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_checks_page_is_what_the_rules_make() -> None:
    assert (DOCS / "checks.md").read_text(encoding="utf-8") == checks_page(), "run `make docs`"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("RUN may be `*_rank4`; or *", "RUN may be `*_rank4`; or \\*"),
        ("a <!-- comment -->", "a \\<!-- comment --\\>"),
        ("one of `a|b`", "one of `a\\|b`"),
    ],
)
def test_words_of_a_help_are_no_markup(words: str, shown: str) -> None:
    assert importlib.import_module("make_commands").prose(words) == shown
