"""Every table, view and column has its words."""

from pathlib import Path

from ckreg.adapters.cache import SHOWN, open_cache
from ckreg.core.described import DESCRIBED


def test_every_column_is_described_in_its_order(tmp_path: Path) -> None:
    with open_cache(tmp_path / "cache.db") as cache:
        names = cache.rows(f"SELECT name FROM sqlite_master WHERE {SHOWN}")  # noqa: S608  # our own
        columns = {
            name: [column["name"] for column in cache.rows("SELECT name FROM pragma_table_info(?)", [name])]
            for name in (str(row["name"]) for row in names)
        }
    described = {name: list(told.columns) for name, told in DESCRIBED.items()}
    assert described == columns


def test_words_are_sentences_on_a_line() -> None:
    for told in DESCRIBED.values():
        assert all(
            text.endswith((".", "...")) and text.isprintable() for text in (told.text, *told.columns.values())
        )
