"""What every table, view and column of the cache tells, in words: for people, and for Datasette."""

from collections.abc import Mapping

from ckreg.core.described.columns import Described
from ckreg.core.described.tables import TABLES
from ckreg.core.described.views import VIEWS

DESCRIBED: Mapping[str, Described] = {**VIEWS, **TABLES}
"""Every table and view by name, views first; what is ckreg's own bookkeeping is left out."""

__all__ = ["DESCRIBED", "Described"]
