"""Sorting and filtering, as a person does it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Open
from tests.browser.samples import NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
NEWEST_FIRST = [name for name, _ in reversed(NAMES)]


def column(page: "Page", table: str, place: int) -> list[str]:
    """The words of a column's cells that are shown, from top to bottom."""
    rows = page.locator(f"#{table} tbody tr:visible")
    return [" ".join(row.locator("th, td").nth(place).inner_text().split()) for row in rows.all()]


def sort_by(page: "Page", table: str, heading: str) -> None:
    page.locator(f"#{table} thead button", has_text=re.compile(f"^{re.escape(heading)}$")).click()


def sorted_as(page: "Page", table: str, heading: str) -> str | None:
    told: str | None = page.locator(f"#{table} thead th", has_text=heading).first.get_attribute("aria-sort")
    return told


def test_numbers_are_sorted_by_value_and_what_is_not_known_comes_last(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html")
    sort_by(page, "experiments", "GPU-h spent")
    spent = ["3.7", "7.4", "11.1", "14.8", "18.5", "22.2"]
    assert column(page, "experiments", 4) == [*spent, "-", "-"]
    assert sorted_as(page, "experiments", "GPU-h spent") == "ascending"
    sort_by(page, "experiments", "GPU-h spent")
    assert column(page, "experiments", 4) == [*reversed(spent), "-", "-"]
    assert sorted_as(page, "experiments", "GPU-h spent") == "descending"


def test_names_are_sorted_as_people_count(opened: Open, sample: Path) -> None:
    page = opened(sample / f"experiments/{NAMES[0][0]}.html")
    sort_by(page, "trainings", "Run")
    runs = [name.split(" ")[0] for name in column(page, "trainings", 0)]
    models = ("Llama-3.2-1B-Instruct", "Llama-3.2-3B-Instruct", "Qwen2.5-7B-Instruct")
    assert runs == [f"{model}_rank{rank}" for model in models for rank in (4, 16, 64)]


def test_bars_are_sorted_by_how_much_is_done(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html")
    sort_by(page, "experiments", "Fine-tuning")
    done = column(page, "experiments", 2)
    assert [words.split(",")[0] for words in done] == [
        *("0 of 16", "0 of 6", "1 of 4", "4 of 8", "5 of 6", "12 of 12", "9 of 9", "-"),
    ]


def test_sorting_is_stable_and_tells_of_one_column_only(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html")
    sort_by(page, "experiments", "Created")
    sort_by(page, "experiments", "Fine-tuning")
    full = [
        words
        for words in column(page, "experiments", 0)
        if "lora_comparison_2025-10" in words or "lr_" in words
    ]
    assert [words.split(" ")[0] for words in full] == [
        NAMES[0][0],
        NAMES[2][0],
    ]  # both all done, the older first
    assert page.locator("#experiments [aria-sort]").count() == 1


def test_durations_are_sorted_by_seconds(opened: Open, sample: Path) -> None:
    page = opened(sample / "estimates.html")
    sort_by(page, "predictions", "Predicted")
    seconds = [
        float(cell.get_attribute("data-sort") or "")
        for cell in page.locator("#predictions tbody tr td:nth-child(5)").all()
    ]
    assert seconds == sorted(seconds)
    assert len(seconds) == 40


def test_a_filter_shows_the_rows_with_all_words_and_says_how_many(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html")
    told = page.locator(".filter [role=status]")
    assert told.inner_text() == "8 experiments"
    page.get_by_label("Filter").fill("CAP comparison")
    assert told.inner_text() == "2 of 8"
    assert [name.split(" ")[0] for name in column(page, "experiments", 0)] == [NAMES[5][0], NAMES[0][0]]
    page.get_by_label("Filter").fill("nothing of the kind")
    assert told.inner_text() == "0 of 8"
    page.get_by_label("Filter").fill("")
    assert len(column(page, "experiments", 0)) == 8


def test_what_is_filtered_can_be_sorted(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html")
    page.get_by_label("Filter").fill("failed")
    sort_by(page, "experiments", "Experiment")
    assert [name.split(" ")[0] for name in column(page, "experiments", 0)] == [NAMES[1][0], NAMES[4][0]]


def test_without_scripts_the_page_shows_the_same(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html", java_script_enabled=False)
    assert [name.split(" ")[0] for name in column(page, "experiments", 0)] == NEWEST_FIRST
    assert page.get_by_role("button").count() == 0
    assert not page.locator(".filter").first.is_visible()
