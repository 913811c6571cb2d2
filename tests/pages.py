"""Reads a page as a browser does, and tells what in it could run, fetch or lead where it should not."""

import re
from html.parser import HTMLParser
from importlib.resources import files

_VOID = {"meta", "br", "hr", "input", "wbr", "img", "link", "path", "line", "circle", "rect", "use", "col"}
_NEVER = {
    *(
        "iframe",
        "object",
        "embed",
        "base",
        "link",
        "img",
        "video",
        "audio",
        "source",
        "form",
        "foreignobject",
    ),
    *("applet", "frame", "image", "animate", "set", "math", "template", "portal"),
}
_HREF = re.compile(r"(?:https?://|mailto:|#|[\w.%-]+(?:/|\.|$)|\.\./)", re.ASCII)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.scripts: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NEVER:
            self.faults.append(f"<{tag}>")
        if tag in {"script", "style"}:
            self._inside = tag
            self.scripts += [""] if tag == "script" else []
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on") or name in {"style", "src", "srcset", "srcdoc", "action", "formaction"}:
            self.faults.append(f"<{tag} {name}={value!r}>")
        if name in {"href", "xlink:href"}:
            self.links.append(value)
            if not _HREF.match(value) or re.match(
                r"\s*(?:javascript|data|vbscript|file):", value, re.IGNORECASE
            ):
                self.faults.append(f"<{tag} {name}={value!r}>")
        if name == "http-equiv" and value != "Content-Security-Policy":
            self.faults.append(f"<{tag} {name}={value!r}>")
        if name == "id":
            self.ids.append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside is None:
            self.text.append(data)


def read_page(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def faults_of(html: str) -> list[str]:
    """What a page of the site must not have; nothing where it is harmless."""
    page = read_page(html)
    ours = files("ckreg").joinpath("templates", "site", "site.js").read_text(encoding="utf-8")
    strange = [script for script in page.scripts if script != ours]
    twice = sorted({f"id {name} twice" for name in page.ids if page.ids.count(name) > 1})
    return [*page.faults, *(f"script {script[:80]!r}" for script in strange), *twice]
