"""Rows of an answer, and as frames of pandas or polars where those are installed (extras)."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ckreg.errors import OutsideError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class Rows(list[dict[str, object]]):
    """Rows by column name, in order; `columns` has the names, even where there is no row."""

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        super().__init__(dict(zip(columns, row, strict=True)) for row in rows)
        self.columns = tuple(columns)

    def to_pandas(self) -> "pd.DataFrame":
        """A pandas frame, whole numbers as such even where some are missing.

        Raises:
            OutsideError: pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415  # an extra
        except ImportError:
            raise _missing("pandas") from None
        return pd.DataFrame(self._by_column(), columns=list(self.columns)).convert_dtypes()

    def to_polars(self) -> "pl.DataFrame":
        """A polars frame.

        Raises:
            OutsideError: polars is not installed.
        """
        try:
            import polars as pl  # noqa: PLC0415  # an extra
        except ImportError:
            raise _missing("polars") from None
        return pl.DataFrame([pl.Series(name, told) for name, told in self._by_column().items()])

    def _by_column(self) -> dict[str, list[object]]:
        return {name: _alike([row[name] for row in self]) for name in self.columns}


def _alike(values: list[object]) -> list[object]:
    """The values of a column of one type: text, where some are text and others numbers."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return [float(value) if isinstance(value, int) else value for value in values]
    if len(kinds) > 1:
        return [None if value is None else str(value) for value in values]
    return values


def _missing(package: str) -> OutsideError:
    return OutsideError(f"{package} is not installed. `pip install 'ckreg[{package}]'` brings it.")
