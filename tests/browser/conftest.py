"""One Chromium for all tests, the sites that they look at, and pages that may neither complain nor fetch."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ckreg.adapters.site_templates import render_page
from tests.browser import samples
from tests.browser.chromium import PATH, launched
from tests.browser.lab import Lab, fill

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Request

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


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a registry with eight experiments."""
    with sealed(tmp_path_factory.mktemp("lab")) as made:
        fill(made)
        return made.site()


@contextmanager
def sealed(folder: Path) -> Iterator[Lab]:
    """An empty registry, away from this machine's settings: a session's fixtures come before `sealed_off`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("CKREG_", "GIT_", "XDG_", "SLURM_", "SBATCH_")):
                patch.delenv(name)
        config = "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
        (folder / ".gitconfig").write_text(config)
        for name, value in {
            "HOME": str(folder),
            "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1",
            "SLURM_CONF": "/none",
        }.items():
            patch.setenv(name, value)
        yield Lab(folder, patch)


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

    def asked(request: "Request") -> None:
        if not request.url.startswith("file://"):
            said.append(f"request: {request.url}")

    def heard(dialog: "Dialog") -> None:
        said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("request", asked)
    page.on("dialog", heard)
