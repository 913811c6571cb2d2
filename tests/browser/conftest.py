"""One Chromium for all tests, the sites that they look at, and pages that may neither complain nor fetch."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ckreg.adapters.site_templates import render_page
from tests.browser import samples
from tests.browser.chromium import PATH, launched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

Open = Callable[..., "Page"]
"""`opened(folder / "index.html", width=390, dark=True)`."""


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    sync_api = pytest.importorskip("playwright.sync_api")
    if PATH is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples as a site."""
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


def write_samples(folder: Path) -> None:
    """Write them all."""
    for path, (kind, build, page) in samples.pages().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(render_page(kind, build, page), encoding="utf-8")


@pytest.fixture
def opened(browser: "Browser") -> Iterator[Open]:
    """Opens pages; at the end none may have complained on its console or asked for anything but files."""
    said: list[str] = []
    contexts = []

    def open_page(path: Path, *, width: int = 1280, dark: bool = False, **options: Any) -> "Page":  # noqa: ANN401  # Playwright's
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", **options
        )
        contexts.append(context)
        page = context.new_page()
        watch(page, said)
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def watch(page: "Page", said: list[str]) -> None:
    """Note what the page complains of, what it asks for that is no file, and what it would say in a box."""
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: said.extend([request.url] * (not request.url.startswith("file://"))))
    page.on("dialog", lambda dialog: _closed(dialog, said))


def _closed(dialog: "Dialog", said: list[str]) -> None:
    said.append(f"dialog: {dialog.message}")
    dialog.dismiss()
