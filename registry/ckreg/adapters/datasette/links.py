"""A plugin for Datasette: paths of documents and logs are links, and what they lead to is shown as text.

What the columns of a table are is folded up, for some tables have fifty. Only files that the cache itself
names are shown, the end of large ones, to those who may see the cache.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datasette import Forbidden, NotFound, Response, hookimpl
from markupsafe import Markup

from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, read_text
from ckreg.core.published import DATABASE
from ckreg.errors import CkregError

_COLUMNS = {"path", "log_path"}
_ROUTE = "/-/ckreg-file"
_MOST = 1 << 20  # bytes
# Texts name documents from the registry's folder.
_NAMED = """
SELECT path FROM logs WHERE path = :path UNION
SELECT path FROM experiments WHERE path = :path OR substr(path, -length(:path) - 1) = '/' || :path
"""
_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "no-store",
}

_FOLDED = """
for (const list of document.querySelectorAll("dl.column-descriptions")) {
  const folded = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "What the columns are";
  list.replaceWith(folded);
  folded.append(summary, list);
}
"""

Datasette = Any
Request = Any


def render_cell(value: object, column: str, database: str, datasette: Datasette) -> Markup | None:
    """A path as a link to the file; Datasette's own way for anything else."""
    if isinstance(value, dict):  # a key into another table, with the label of its row
        value = value.get("value")
    if database != DATABASE or column not in _COLUMNS or not isinstance(value, str):
        return None
    if not value.startswith(("/", f"{EXPERIMENTS}/")):
        return None
    there = datasette.urls.path(f"{_ROUTE}?path={quote(value, safe='/')}")
    return Markup('<a href="{}">{}</a>').format(there, value)


def register_routes() -> list[tuple[str, object]]:
    """The page of a file."""
    return [(rf"^{_ROUTE}$", _file)]


def extra_body_script() -> str:
    """Fold up the descriptions of columns, which stand above a table's rows."""
    return _FOLDED


hookimpl(render_cell)
hookimpl(extra_body_script)
hookimpl(register_routes)


async def _file(request: Request, datasette: Datasette) -> Response:
    """The text of a file that the cache names, or of its end."""
    for action, resource in (("view-instance", None), ("view-database", DATABASE)):
        if not await datasette.permission_allowed(request.actor, action, resource=resource, default=True):
            raise Forbidden("Log in first.")
    cache = datasette.get_database(DATABASE)
    named = (await cache.execute(_NAMED, {"path": request.args.get("path") or ""})).first()
    text = _text_of(Path(named[0])) if named else None
    if text is None:
        raise NotFound("The cache names no such file, or it is not there any more.")
    return Response(text, content_type="text/plain; charset=utf-8", headers=_HEADERS)


def _text_of(path: Path) -> str | None:
    """A document, or the last MiB of a log; a pipe would never end, or never begin."""
    try:
        if path.name == SUMMARY:
            return read_text(path)
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            file.seek(max(0, os.fstat(handle).st_size - _MOST))
            return file.read(_MOST).decode(errors="replace")
    except (OSError, CkregError):
        return None
