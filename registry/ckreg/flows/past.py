"""The cache as it would have been: a copy of it, brought to an earlier commit."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.cache import Cache, open_cache
from ckreg.adapters.git import contents, open_repo
from ckreg.adapters.tree import SUMMARY, Home
from ckreg.flows.documents import Past
from ckreg.flows.reading_history import refresh_history
from ckreg.flows.refreshing import ESTIMATES, Found, blobs_of, put_documents


@contextlib.contextmanager
def past_cache(cache: Cache, home: Home, past: Past) -> Iterator[Path]:
    """A cache with documents and history as they were; the registry's own is left as it is.

    What logs and the scheduler say of jobs has no history: it is today's. Only documents that differ from
    those in the cache are read.
    """
    with tempfile.TemporaryDirectory(prefix="ckreg-") as folder:
        path = Path(folder) / "cache.db"
        cache.copy_to(path)
        with open_cache(path) as then:
            _bring(then, home, past)
        yield path


def _bring(cache: Cache, home: Home, past: Past) -> None:
    known = {str(row["name"]): row["blobs"] for row in cache.rows("SELECT name, blobs FROM experiments")}
    wanted = {name: (files[SUMMARY], files.get(ESTIMATES)) for name, files in past.blobs.items()}
    changed = {name for name, blobs in wanted.items() if known.get(name) != blobs_of(*blobs)}
    texts = contents(
        open_repo(home.root), [blob for name in sorted(changed) for blob in wanted[name] if blob]
    )
    found = {
        name: Found(past.where(name), texts.get(document), texts.get(estimates or ""))
        for name, (document, estimates) in wanted.items()
        if name in changed
    }
    put_documents(cache, found, [name for name in known if name not in wanted])
    refresh_history(cache, home, past.commit)
