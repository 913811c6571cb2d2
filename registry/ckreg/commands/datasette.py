"""`ckreg datasette`: the cache in Datasette."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ckreg.adapters.config import load_settings
from ckreg.adapters.datasette import is_installed, serve
from ckreg.adapters.tree import Home
from ckreg.core.described import DESCRIBED
from ckreg.core.published import DATABASE, metadata
from ckreg.errors import UsageError
from ckreg.flows.refreshing import cache_to_read


def datasette_metadata(home: Home) -> dict[str, object]:
    """What Datasette is told of this registry's cache."""
    saved = [(query.name, query.sql, query.description) for query in load_settings(home).queries]
    return metadata(home.root.name, DESCRIBED, saved)


def datasette(home: Home, port: int | None, words: Sequence[str]) -> int:
    """Serve a copy of the cache, as it is now, until interrupted; Datasette's exit code.

    A copy: Datasette is quickest over a file that nobody writes to, and ckreg need not wait for it.

    Raises:
        UsageError: Datasette is not installed.
    """
    if not is_installed():
        raise UsageError("Datasette is not installed: pip install 'ckreg[datasette]'.")
    with tempfile.TemporaryDirectory(prefix="ckreg-datasette-") as folder:
        copy = Path(folder, f"{DATABASE}.db")
        with cache_to_read(home) as cache:
            cache.copy_to(copy)
        return serve(copy, datasette_metadata(home), port, words)
