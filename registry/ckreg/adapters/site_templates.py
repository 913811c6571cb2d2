"""Jinja2 for the site: templates/site/ with every value escaped, and a policy that lets nothing else run."""

import base64
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ckreg.core import units
from ckreg.core.plots.functions import FUNCTIONS as PLOTS
from ckreg.core.site.shared import Build, PageKind
from ckreg.core.site.values import Page

_FOLDER = "templates/site"
_MAKERS = (_FOLDER, "core/site", "core/plots", "core/markdown")
_STYLE = "site.css"
_SCRIPT = "site.js"


def render_page(kind: PageKind, build: Build, page: Page) -> str:
    """A page's HTML; the same values give the same bytes.

    A template has `build`, `page`, and, for its head and foot, `policy`, `style` and `script`:
    `<meta http-equiv="Content-Security-Policy" content="{{ policy }}">`, `<style>{{ style }}</style>` and
    `<script>{{ script }}</script>`, each exactly so, for the policy names the hashes of these texts.
    """
    return _environment().get_template(f"{kind}.html.j2").render(build=build, page=page)


def makers_digest() -> str:
    """A hash of all that makes pages of rows: templates, style, script, and the code; others make others."""
    texts = (f"{name}\0{text}\0" for folder in _MAKERS for name, text in _texts(folder))
    return sha256("".join(texts).encode()).hexdigest()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_text),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style, script = _text(_STYLE), _text(_SCRIPT)
    # Ours, and nothing of anybody's registry is in them.
    environment.globals |= PLOTS | {
        "policy": _policy(style, script),
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
    }
    environment.filters |= {
        "count": units.count,
        "counted": units.counted,
        "duration": units.duration,
        "brief": units.brief,
        "gib": units.gib,
    }
    return environment


def _policy(style: str, script: str) -> str:
    """What a page may do: apply our style and run our script, known by their hashes; nothing is fetched.

    `'self'` would not do: what it means for a page that is opened from a file differs between browsers.
    """
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"


def _texts(folder: str) -> Iterator[tuple[str, str]]:
    there = files("ckreg").joinpath(folder)
    for entry in sorted(there.iterdir() if there.is_dir() else (), key=lambda entry: entry.name):
        if entry.is_file() and entry.name.endswith((".py", ".j2", ".css", ".js")):
            yield entry.name, entry.read_text(encoding="utf-8")


def _text(name: str) -> str:
    return files("ckreg").joinpath(_FOLDER, name).read_text(encoding="utf-8")
