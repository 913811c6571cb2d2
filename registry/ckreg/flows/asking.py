"""The cache as questions want it: with what changed since, and with its logs where it was lost."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ckreg.adapters.cache import Cache, known_roots
from ckreg.adapters.tree import Home
from ckreg.flows.caching import cache_path
from ckreg.flows.refreshing import cache_to_read


@contextlib.contextmanager
def cache_to_ask(home: Home) -> Iterator[Cache]:
    """The cache, up to date; one that was lost or damaged reads the logs of the known places again."""
    with cache_to_read(home) as cache:
        lost = cache.path == cache_path(home) and not cache.rows("SELECT 1 FROM logs LIMIT 1")
        roots = known_roots(home) if lost else ()
        if not roots:
            yield cache
            return
    _index(home, roots)
    with cache_to_read(home) as cache:
        yield cache


def _index(home: Home, roots: Sequence[Path]) -> None:
    from ckreg.adapters.config import load_settings  # noqa: PLC0415  # all that reads logs; seldom needed
    from ckreg.flows.indexing import index_logs  # noqa: PLC0415  # see above

    index_logs(home, roots, load_settings(home).log_patterns)
