"""The SQLite cache in `.ckreg/cache.db`: built from what is committed and from logs, and safe to lose."""

from ckreg.adapters.cache.measured import measurement_of, row_of, with_lookups
from ckreg.adapters.cache.near import all_measurements, completed_runs, measurements_near
from ckreg.adapters.cache.roots import known_roots, remember_roots
from ckreg.adapters.cache.schema import SHOWN
from ckreg.adapters.cache.sql import Answer, SqlError, ask
from ckreg.adapters.cache.store import Cache, DamagedError, Row, copy_cache, open_cache, storable
from ckreg.adapters.cache.texts import FoundTexts, delete_commit_texts, delete_texts, find_texts, put_texts

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
