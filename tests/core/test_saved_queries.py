"""Saved queries out of settings."""

import pytest

from ckreg.core.saved_queries import SavedQuery
from ckreg.core.settings import Layer, merge
from ckreg.errors import MalformedError

SQL = "SELECT 1"


def layer(source: str, queries: object) -> Layer:
    return Layer(source, {"queries": queries}, "/", places={"queries": f"{source}:3"})


def test_queries_of_all_places_count_the_stronger_of_one_name_first() -> None:
    mine = layer("config.toml", {"a": SQL, "b": {"sql": f"\n{SQL}\n", "description": "One."}})
    theirs = layer("ckreg.toml", {"a": "SELECT 2", "c": "SELECT 3"})
    found = merge([mine, theirs], home="/")
    assert found.queries == (
        SavedQuery("a", SQL, None, "config.toml:3"),
        SavedQuery("b", SQL, "One.", "config.toml:3"),
        SavedQuery("c", "SELECT 3", None, "ckreg.toml:3"),
    )
    assert found.origins["queries"] == "config.toml:3"


@pytest.mark.parametrize(
    "queries",
    [
        "SELECT 1",
        3,
        ["SELECT 1"],
        {"two words": SQL},
        {"select": SQL},
        {"a": ""},
        {"a": 3},
        {"a": {"description": "no SQL"}},
        {"a": {"sql": SQL, "desciption": "x"}},
        {"a": {"sql": SQL, "description": 3}},
        {"a": "SELECT '\x1b[31m'"},
    ],
)
def test_what_is_no_query_is_refused_with_its_place(queries: object) -> None:
    with pytest.raises(MalformedError, match=r"ckreg\.toml:3: `queries` must be names"):
        merge([layer("ckreg.toml", queries)], home="/")
