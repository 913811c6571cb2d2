import contextlib
import resource
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.adapters.cache import ask, open_cache
from ckreg.adapters.cache.store import connect_to_read
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


def test_the_connection_itself_cannot_write_whatever_the_folder_is_called(tmp_path: Path) -> None:
    path = tmp_path / "a?mode=rwc#b%20 c" / "cache.db"
    open_cache(path).close()
    connection = connect_to_read(path)
    with contextlib.closing(connection), pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM experiments")
    assert ask(path, "SELECT count(*) FROM experiments").rows == ((0,),)


def test_sqlites_word_ends_in_one_stop(path: Path) -> None:
    with pytest.raises(UsageError, match=r"one statement at a time\. Tables"):
        ask(path, "SELECT 1; SELECT 2")


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
        "DETACH DATABASE main",
        "SAVEPOINT x",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE t USING fts5(x)",
        "REPLACE INTO experiments (name) VALUES ('x')",
        "WITH x AS (SELECT 1) DELETE FROM experiments",
        "EXPLAIN DELETE FROM experiments",
        "SELECT fts3_tokenizer('simple', x'00')",
        "SELECT * FROM pragma_database_list",
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
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/ckreg-made-this.db', 'x')",
        "SELECT edit('x', 'touch /tmp/ckreg-made-this.db')",
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


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT zeroblob(1000000000)",
        "SELECT randomblob(1000000000)",
        "SELECT replace(hex(zeroblob(4000000)), '0', '0123456789')",
    ],
)
def test_one_enormous_value_is_an_error_not_a_crash(path: Path, sql: str) -> None:
    with pytest.raises(UsageError, match="too big"):
        ask(path, sql)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT instr(hex(zeroblob(4000000)), hex(zeroblob(1000000)) || 'b')", "too big"),
        ("SELECT printf('%.*c', 900000, 'a') LIKE replace(hex(zeroblob(5000)), '00', '%a')", "too complex"),
    ],
)
def test_one_step_that_would_look_at_no_clock_for_minutes(path: Path, sql: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ask(path, sql)


@pytest.mark.parametrize(
    "sql", [FOREVER + "zeroblob(900000) FROM n", FOREVER + ", ".join(["i"] * 900) + " FROM n"]
)
def test_too_much_in_all_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.setattr("ckreg.adapters.cache.sql._MOST_BYTES", 10_000_000)
    with pytest.raises(RefusedError, match="more than 10 MB"):
        ask(path, sql)


def test_a_value_that_grows_in_memory_is_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ckreg.adapters.cache.sql._MOST_MEMORY", 100_000_000)
    with pytest.raises(RefusedError, match="more than 100 MB of memory"):
        ask(path, FOREVER + "json_group_array(hex(randomblob(100000))) FROM n")


def test_a_million_rows_are_refused(path: Path) -> None:
    with pytest.raises(RefusedError, match=r"more than 100,000 rows\. Add a LIMIT"):
        ask(path, FOREVER + "i FROM n LIMIT 1000000")


@pytest.mark.parametrize(
    "sql",
    [
        FOREVER + "randomblob(1000) AS b FROM n ORDER BY b",
        FOREVER + "count(DISTINCT randomblob(1000)) FROM n",
        FOREVER + "count(*) OVER (ORDER BY randomblob(99)) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT randomblob(99) FROM n) SELECT count(*) FROM n",
    ],
)
def test_what_has_no_end_takes_neither_time_nor_memory(path: Path, sql: str) -> None:
    """Sorting and telling apart go through files: SQLite's own, gone when the query is."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RefusedError, match=r"more than 0\.3 s"):
        ask(path, sql, seconds=0.3)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_values_of_placeholders(path: Path) -> None:
    sql = "SELECT name FROM experiments WHERE name = :name"
    assert ask(path, sql, {"name": "words"}).rows == (("words",),)
    assert ask(path, "SELECT ?", ("x' OR 1",)).rows == (("x' OR 1",),)


@given(st.text(max_size=60))
def test_any_text_is_an_answer_or_an_error_for_people(path: Path, sql: str) -> None:
    try:
        ask(path, sql, seconds=1.0)
    except CkregError as error:
        assert str(error)  # noqa: PT017  # the point is that nothing else is raised
