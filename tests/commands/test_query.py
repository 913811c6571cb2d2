from ckreg.adapters.tree import Home
from ckreg.commands.query import query, tables
from tests.documents import EXPERIMENT


def test_an_answer_is_as_fresh_as_the_documents(home: Home) -> None:
    asked = "SELECT name FROM experiments"
    assert query(home, asked).rows == ((EXPERIMENT,),)
    home.summary(EXPERIMENT).unlink()
    assert query(home, asked).rows == ()


def test_tables_with_columns_and_rows(home: Home) -> None:
    found = {table.name: table for table in tables(home)}
    assert (found["runs"].kind, found["runs"].rows) == ("table", 3)
    assert found["run_overview"].kind == "view"
    assert "seconds_per_step" in found["run_overview"].columns
    assert "facts" not in found  # ckreg's own bookkeeping
