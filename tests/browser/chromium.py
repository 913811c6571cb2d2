"""The browser of these tests: Chromium as the system has it, nothing downloaded."""

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

PATH = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def launched(playwright: "Playwright") -> "Browser":
    """A headless browser; its sandbox would need a user who is not root, which tests in containers are."""
    return playwright.chromium.launch(executable_path=PATH, args=["--no-sandbox"])
