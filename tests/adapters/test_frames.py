"""Rows as frames, where the extras are installed."""

import sys

import pytest

from ckreg.adapters.frames import Rows
from ckreg.errors import OutsideError

ROWS = Rows(
    ("run", "rank", "accuracy", "setting"),
    [("a", 4, 0.5, 1e-5), ("b", None, 1, "auto"), ("c", 64, None, None)],
)


def test_rows_are_plain_values() -> None:
    assert ROWS[0] == {"run": "a", "rank": 4, "accuracy": 0.5, "setting": 1e-5}
    assert Rows(("x",), []) == []
    assert Rows(("x",), []).columns == ("x",)


def test_pandas() -> None:
    pytest.importorskip("pandas")
    frame = ROWS.to_pandas()
    assert list(frame.columns) == ["run", "rank", "accuracy", "setting"]
    assert str(frame["rank"].dtype) == "Int64"
    assert frame["rank"].sum() == 68
    assert frame["accuracy"].mean() == 0.75
    assert list(frame["setting"].dropna()) == ["1e-05", "auto"]
    assert list(Rows(("x",), []).to_pandas().columns) == ["x"]


def test_polars() -> None:
    pytest.importorskip("polars")
    frame = ROWS.to_polars()
    assert frame.columns == ["run", "rank", "accuracy", "setting"]
    assert frame["rank"].sum() == 68
    assert frame["accuracy"].mean() == 0.75
    assert frame["setting"].to_list() == ["1e-05", "auto", None]
    assert Rows(("x",), []).to_polars().columns == ["x"]


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(OutsideError, match=rf"pip install 'ckreg\[{package}\]'"):
        getattr(ROWS, f"to_{package}")()
