"""Pictures of a site's pages: `python -m tests.browser.pictures OUT [SITE] [PAGE ...]`.

Without a site, of the samples. Each page is taken at the width of a desk and of a phone, light and dark.
"""

import sys
import tempfile
from collections.abc import Iterable
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launched
from tests.browser.conftest import write_samples

WIDTHS = {"desk": 1280, "phone": 390}
SCHEMES = ("light", "dark")


def take(browser: Browser, site: Path, names: Iterable[str], out: Path) -> None:
    """Pictures of the pages, whole, into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    for name, (size, width), scheme in product(names, WIDTHS.items(), SCHEMES):
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page.goto((site / name).as_uri())
        page.screenshot(path=out / f"{Path(name).stem[:24]}-{size}-{scheme}.png", full_page=True)
        page.close()


def main(out: Path, site: Path | None, names: tuple[str, ...]) -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        if site is None:
            site = Path(folder)
            write_samples(site)
        names = names or ("index.html", "estimates.html", "throughput.html", _one(site))
        browser = launched(playwright)
        take(browser, site, names, out)
        browser.close()


def _one(site: Path) -> str:
    return str(max(site.glob("experiments/**/*.html")).relative_to(site))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None, tuple(sys.argv[3:]))
