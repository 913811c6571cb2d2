"""The SQLite cache in `.ckreg/cache.db`: built from what is committed and from logs, and safe to lose."""

import importlib
from typing import TYPE_CHECKING

from ckreg.adapters.cache.roots import known_roots, remember_roots
from ckreg.adapters.cache.schema import SHOWN
from ckreg.adapters.cache.sql import Answer, SqlError, ask
from ckreg.adapters.cache.store import Cache, DamagedError, Row, copy_cache, open_cache, storable
from ckreg.adapters.cache.texts import FoundTexts, delete_commit_texts, delete_texts, find_texts, put_texts

if TYPE_CHECKING:
    from ckreg.adapters.cache.measured import measurement_of, row_of, with_lookups
    from ckreg.adapters.cache.near import all_measurements, completed_runs, measurements_near

__all__ = [
    "SHOWN",
    "Answer",
    "Cache",
    "DamagedError",
    "FoundTexts",
    "Row",
    "SqlError",
    "all_measurements",
    "ask",
    "completed_runs",
    "copy_cache",
    "delete_commit_texts",
    "delete_texts",
    "find_texts",
    "known_roots",
    "measurement_of",
    "measurements_near",
    "open_cache",
    "put_texts",
    "remember_roots",
    "row_of",
    "storable",
    "with_lookups",
]

# These bring along all that reads logs and estimates, which a question about runs need not wait for.
_LATER = {
    "measured": ("measurement_of", "row_of", "with_lookups"),
    "near": ("all_measurements", "completed_runs", "measurements_near"),
}


def __getattr__(name: str) -> object:
    """Load what is asked for."""
    for module, names in _LATER.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
