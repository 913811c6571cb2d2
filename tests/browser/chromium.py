"""The browser of these tests: Chromium as the system has it, nothing downloaded."""

import shutil

from playwright.sync_api import Browser, Playwright

PATH = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def launched(playwright: Playwright) -> Browser:
    """A headless browser; the sandbox needs a user who is not root, and tests run as one in containers."""
    return playwright.chromium.launch(executable_path=PATH, args=["--no-sandbox"])
