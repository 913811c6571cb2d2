"""The page of rules is made from their docstrings."""

from pathlib import Path

from ckreg.core.check import RULES
from ckreg.core.check.page import page, rule_text

CHECKS = Path(__file__).parents[3] / "docs" / "checks.md"


def test_the_page_is_up_to_date() -> None:
    assert CHECKS.read_text(encoding="utf-8") == page(), "run `python docs/make_checks.py`"


def test_every_rule_has_its_section_and_its_text() -> None:
    text = page()
    for code, rule in RULES.items():
        assert f"### {code}: {rule.title}\n" in text
        assert rule_text(rule).startswith(f"{code} ({rule.severity}): {rule.title}\n\n")
