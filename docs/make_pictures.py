"""Takes the pictures of README.md: `python docs/make_pictures.py`, or `make pictures`.

A terminal in which commands are called, and the site, each as Chromium shows it; of the lab whose registry the browser's
tests make. It needs Chromium and the extra `browser`.
"""

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # as `python -m` would, for the tests
from tests.browser.chromium import launched  # noqa: E402  # see above
from tests.browser.conftest import sealed  # noqa: E402
from tests.browser.lab import fill  # noqa: E402

OUT = ROOT / "docs" / "pictures"
SHOWN = "/home/ada"
CALLS = ("ckreg", "ckreg show arith_carry_rank")
COLUMNS, LINES = 96, 40
SITE_PAGE = "index.html"
SITE_SIZE = (1280, 740)
LARGEST = 150_000  # bytes
_PAGE = """\
<!doctype html>
<meta charset="utf-8">
<style>
  body {{ margin: 0; background: #1b1e23; }}
  pre {{ margin: 0; padding: 16px 20px; width: max-content; color: #d8dadd; font: 14px/1.35 "DejaVu Sans Mono", monospace; }}
</style>
<pre>{code}</pre>
"""


def main() -> None:
    """Take them all."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        with sealed(Path(folder)) as lab:
            fill(lab)
            typed = "\n".join(f"\x1b[1m$ {call}\x1b[0m\n{called(call, lab.root)}" for call in CALLS)
            site = lab.site()
        browser = launched(playwright)
        page = Path(folder) / "terminal.html"
        page.write_text(as_page(typed.replace(folder, SHOWN)), encoding="utf-8")
        take(browser, page, "pre", OUT / "terminal.png")
        take(browser, site / SITE_PAGE, None, OUT / "site.png")
        browser.close()


def called(call: str, folder: Path) -> str:
    """What a call prints on a terminal, with its colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    env = {
        **os.environ,
        "TERM": "xterm-256color",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    with subprocess.Popen(
        call.split(), cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    ):
        os.close(theirs)
        printed = b"".join(_read(ours))
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


def _read(terminal: int) -> Iterator[bytes]:
    """What comes until nobody holds the other end: Linux says that with an error."""
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:
            return
        if not piece:
            return
        yield piece


def as_page(printed: str) -> str:
    """The screen as HTML."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed), soft_wrap=True)
    return console.export_html(theme=DIMMED_MONOKAI, code_format=_PAGE, inline_styles=True)


def take(browser: Browser, page: Path, element: str | None, out: Path) -> None:
    """A picture of an element, or of what of a page is seen without scrolling."""
    width, height = SITE_SIZE
    shown = browser.new_page(viewport={"width": width, "height": height})
    shown.goto(page.as_uri())
    if element:
        shown.locator(element).screenshot(path=out)
    else:
        shown.screenshot(path=out)
    shown.close()
    if out.stat().st_size > LARGEST:
        raise SystemExit(f"{out} is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    main()
