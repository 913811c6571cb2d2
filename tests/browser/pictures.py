"""Pictures of a site's pages: `python -m tests.browser.pictures OUT [SITE] [PAGE ...]`.

Without a site, of one that is made of the lab's registry. Each page is taken whole, at the width of a desk
and of a phone, light and dark.
"""

import sys
import tempfile
from collections.abc import Iterable
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launched
from tests.browser.conftest import sealed
from tests.browser.lab import fill

WIDTHS = {"desk": 1280, "phone": 390}
SCHEMES = ("light", "dark")
NAMED = ("index.html", "estimates.html", "throughput.html")


def take(browser: Browser, site: Path, names: Iterable[str], out: Path) -> None:
    """Pictures of the pages into `out`, as `<page>-<width>-<scheme>.png`."""
    out.mkdir(parents=True, exist_ok=True)
    for name, (size, width), scheme in product(names, WIDTHS.items(), SCHEMES):
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page.goto((site / name).as_uri())
        page.screenshot(path=out / f"{Path(name).stem}-{size}-{scheme}.png", full_page=True)
        page.close()


def lab_site(folder: Path) -> Path:
    """The site of the lab's registry, made in `folder`."""
    with sealed(folder) as lab:
        fill(lab)
        return lab.site()


def main(out: Path, site: Path | None, names: tuple[str, ...]) -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = site or lab_site(Path(folder))
        browser = launched(playwright)
        take(browser, site, names or (*NAMED, str(_oldest(site).relative_to(site))), out)
        browser.close()


def _oldest(site: Path) -> Path:
    """The page of the experiment whose name has the first date."""
    return min(site.glob("experiments/*.html"), key=lambda path: path.stem[-10:])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None, tuple(sys.argv[3:]))
