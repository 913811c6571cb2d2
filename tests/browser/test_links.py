"""The site of a registry that the command line made: all pages, all links."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser.conftest import Open
from tests.browser.lab import PLANS

pytestmark = pytest.mark.browser

_LINKS = "all => all.map(link => [link.getAttribute('href'), link.href])"
_IDS = "all => all.map(one => one.id)"


def test_every_link_leads_somewhere_on_this_disk(opened: Open, lab: Path) -> None:
    pages = sorted(lab.rglob("*.html"))
    assert len(pages) == len(PLANS) + 3
    page = opened(pages[0])
    ids, links = {}, []
    for path in pages:
        page.goto(path.as_uri())
        found = page.locator("[id]").evaluate_all(_IDS)
        assert len(found) == len(set(found)), path
        ids[path] = set(found)
        links += [(path, *link) for link in page.locator("a[href]").evaluate_all(_LINKS)]
    assert len(links) > 100
    for path, written, meant in links:
        target = urlsplit(meant)
        there = Path(unquote(target.path))
        assert not written.startswith(("/", "file:")), (path, written)
        assert there.is_file(), (path, written)
        assert not target.fragment or unquote(target.fragment) in ids[there], (path, written)


def test_from_the_overview_to_a_run_and_back(opened: Open, lab: Path) -> None:
    page = opened(lab / "index.html")
    page.get_by_role("link", name="refusal_tuning_depth_2025-11-12").click()
    assert page.locator("h1").inner_text() == "refusal_tuning_depth_2025-11-12"
    assert page.locator(".lead").inner_text() == "Do refusals stay calibrated when the prompt is long?"
    failed = page.locator("#trainings tr", has_text="failed")
    assert failed.count() == 2
    assert "OUT_OF_MEMORY" in failed.first.inner_text()
    assert page.get_by_role("img", name="Losses").is_visible()
    assert page.get_by_role("img", name="Jobs over time").is_visible()
    for back in (page.get_by_label("Breadcrumb"), page.get_by_label("Site")):
        page.goto((lab / "experiments/refusal_tuning_depth_2025-11-12.html").as_uri())
        back.get_by_role("link").first.click()
        assert page.locator("#experiments tbody tr").count() == len(PLANS)


def test_axe_finds_no_fault_in_a_real_page(opened: Open, lab: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(lab / "experiments/arith_carry_rank_sweep_2025-11-03.html")
    found = axe.run(page).response["violations"]
    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found] == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
