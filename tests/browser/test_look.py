"""Dark and light, wide and narrow, screen and paper."""

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Open, watch
from tests.browser.samples import NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
FULL, BARE = (f"experiments/{NAMES[place][0]}.html" for place in (0, 7))
PAGES = ("index.html", "estimates.html", "throughput.html", FULL, BARE)
WHITE, DARK = "rgb(255, 255, 255)", "rgb(20, 23, 27)"


def ground(page: "Page") -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize(("path", "dark"), list(product(PAGES, (False, True))))
def test_axe_finds_no_fault(opened: Open, sample: Path, path: str, *, dark: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(sample / path, dark=dark)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    # In the dark only the colours are others.
    found = axe.run(page, options={"runOnly": ["color-contrast"]} if dark else None).response["violations"]
    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_scrolls_tables_but_no_page(opened: Open, sample: Path, path: str) -> None:
    page = opened(sample / path, width=390, is_mobile=True)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [width, width]


def test_what_scrolls_can_be_reached_by_keyboard(opened: Open, sample: Path) -> None:
    page = opened(sample / FULL, width=390)
    boxes = page.locator(".scroll:visible, .plot-scroll:visible").all()
    wide = [box for box in boxes if box.evaluate("box => box.scrollWidth > box.clientWidth")]
    assert len(wide) >= 6
    assert all(box.get_attribute("tabindex") == "0" and box.get_attribute("aria-label") for box in wide)
    narrow = opened(sample / "index.html").locator(".scroll").first
    assert narrow.get_attribute("tabindex") is None


def test_dark_mode_is_the_systems(opened: Open, sample: Path) -> None:
    assert ground(opened(sample / "index.html")) == WHITE
    assert ground(opened(sample / "index.html", dark=True)) == DARK
    assert ground(opened(sample / "index.html", dark=True, java_script_enabled=False)) == DARK


@pytest.mark.parametrize(("dark", "first", "then"), [(False, WHITE, DARK), (True, DARK, WHITE)])
def test_the_button_changes_it_for_all_pages(
    opened: Open, sample: Path, first: str, then: str, *, dark: bool
) -> None:
    page = opened(sample / "index.html", dark=dark)
    button = page.get_by_role("button", name="Dark")
    assert (ground(page), button.get_attribute("aria-pressed")) == (first, str(dark).lower())
    button.click()
    assert (ground(page), button.get_attribute("aria-pressed")) == (then, str(not dark).lower())
    page.get_by_role("link", name="Throughput").click()
    assert ground(page) == then
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert ground(page) == first


def test_the_choice_is_there_before_anything_is_drawn(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html")
    page.get_by_role("button", name="Dark").click()
    # The script stands in the head: when the body begins, the theme is set.
    page.add_init_script(
        "new MutationObserver((_, self) => { if (document.body) {"
        " window.seen = document.documentElement.dataset.theme; self.disconnect(); } })"
        ".observe(document, {childList: true, subtree: true})"
    )
    page.reload()
    assert page.evaluate("window.seen") == "dark"


def test_keyboard_alone(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.evaluate(
        "link => link === document.activeElement && link.getBoundingClientRect().height > 20"
    )
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.type("lora")
    assert page.locator(".filter [role=status]").inner_text() == "2 of 8"
    page.keyboard.press("Tab")
    heading = page.evaluate("document.activeElement.closest('th')?.textContent")
    assert heading == "Experiment"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('th').ariaSort") == "ascending"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.closest('th').ariaSort") == "descending"


def test_paper_is_white_and_has_no_controls(opened: Open, sample: Path) -> None:
    page = opened(sample / FULL, dark=True)
    page.get_by_role("button", name="Dark").click()  # chosen or not
    page.get_by_role("button", name="Dark").click()
    page.emulate_media(media="print", color_scheme="dark")
    assert ground(page) == WHITE
    for gone in ("header.site", ".contents", ".toc", ".filter", ".skip"):
        assert not page.locator(gone).first.is_visible(), gone
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("details table").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_who_wants_no_motion_gets_none(opened: Open, sample: Path) -> None:
    smooth = "getComputedStyle(document.documentElement).scrollBehavior"
    assert opened(sample / "index.html").evaluate(smooth) == "smooth"
    assert opened(sample / "index.html", reduced_motion="reduce").evaluate(smooth) == "auto"


def test_watching_hears_what_may_not_be(opened: Open, sample: Path) -> None:
    page = opened(sample / "index.html")
    said: list[str] = []
    watched = page.context.new_page()
    watch(watched, said)
    watched.set_content("<script>console.log('x'); alert('y'); throw Error('z')</script>")
    assert said == ["console: x", "dialog: y", "error: z"]
