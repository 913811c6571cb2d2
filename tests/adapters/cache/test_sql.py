from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.adapters.cache import ask, open_cache
from ckreg.errors import CkregError, RefusedError, UsageError


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("registry") / "cache.db"
    with open_cache(path) as cache, cache.writing():
        cache.put("experiments", [{"name": "words", "type": "sweep"}])
    return path


def test_answers_with_columns_and_rows(path: Path) -> None:
    answer = ask(path, "SELECT name, type FROM experiments")
    assert answer == (("name", "type"), (("words", "sweep"),))


def test_columns_of_one_name_are_told_apart(path: Path) -> None:
    assert ask(path, "SELECT 1 AS a, 2 AS a, 3 AS a").columns == ("a", "a_2", "a_3")


def test_with_functions_and_recursion(path: Path) -> None:
    sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT sum(i) FROM n"
    assert ask(path, sql).rows == ((10,),)


def test_blobs_and_infinities_become_what_json_has(path: Path) -> None:
    assert ask(path, "SELECT x'00ff', 9e999, CAST(x'ff' AS TEXT)").rows == (("00ff", None, "\ufffd"),)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM experiments",
        "INSERT INTO experiments (name) VALUES ('x')",
        "UPDATE experiments SET name = 'x'",
        "DROP TABLE experiments",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "ATTACH DATABASE '/tmp/ckreg-made-this.db' AS other",
        "VACUUM INTO '/tmp/ckreg-made-this.db'",
        "PRAGMA query_only = 0",
        "PRAGMA journal_mode = WAL",
        "SELECT * FROM pragma_table_info('runs')",
        "SELECT load_extension('libm.so')",
        "BEGIN",
        "ANALYZE",
        "REINDEX",
        "ALTER TABLE experiments ADD COLUMN x",
    ],
)
def test_whatever_is_not_reading_is_refused(path: Path, sql: str) -> None:
    with pytest.raises(RefusedError, match="is refused"):
        ask(path, sql)
    assert not Path("/tmp/ckreg-made-this.db").exists()  # noqa: S108  # the name that the attacks use
    assert len(ask(path, "SELECT name, type FROM experiments").rows) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELEC 1",
        "SELECT * FROM nowhere",
        "SELECT nothing FROM runs",
        "SELECT ?",
        "SELECT 1; SELECT 2",
        "SELECT '\ud800'",
        "\0",
    ],
)
def test_wrong_sql_is_explained_with_the_tables(path: Path, sql: str) -> None:
    with pytest.raises(UsageError, match="run_overview"):
        ask(path, sql)


@pytest.mark.parametrize("sql", ["", " ", "-- nothing"])
def test_no_query_at_all(path: Path, sql: str) -> None:
    with pytest.raises(UsageError, match="no query"):
        ask(path, sql)


FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "


def test_a_query_without_end_is_stopped(path: Path) -> None:
    with pytest.raises(RefusedError, match=r"more than 0\.1 s"):
        ask(path, FOREVER + "count(*) FROM n", seconds=0.1)


def test_too_many_rows_are_refused(path: Path) -> None:
    with pytest.raises(RefusedError, match="more than 50 rows"):
        ask(path, FOREVER + "i FROM n", most_rows=50)


def test_one_enormous_value_is_an_error_not_a_crash(path: Path) -> None:
    with pytest.raises(CkregError):
        ask(path, "SELECT zeroblob(1000000000)")


@given(st.text(max_size=60))
def test_any_text_is_an_answer_or_an_error_for_people(path: Path, sql: str) -> None:
    try:
        ask(path, sql, seconds=1.0)
    except CkregError as error:
        assert str(error)  # noqa: PT017  # the point is that nothing else is raised
