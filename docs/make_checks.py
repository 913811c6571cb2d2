"""Writes docs/checks.md from the docstrings of the rules: `python docs/make_checks.py`."""

from pathlib import Path

from ckreg.core.check.page import page

if __name__ == "__main__":
    Path(__file__).with_name("checks.md").write_text(page(), encoding="utf-8")
