"""Tables on terminals of several widths, and diffs."""

import os
from collections.abc import Callable

import click
import pytest

from ckreg.cli.output import emit_diff, emit_table

Show = Callable[..., list[str]]


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Show:
    def show(
        columns: int, headers: tuple[str, ...], *rows: tuple[object, ...], **options: tuple[int, ...]
    ) -> list[str]:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((columns, 24)))
        emit_table(headers, rows, **options)
        return click.unstyle(capsys.readouterr().out).split("\n")

    return show


def test_a_table_that_fits_is_a_table(on_terminal: Show) -> None:
    assert on_terminal(40, ("Run", "Notes"), ("a_rank4", None)) == [
        "Run      Notes",
        "─" * 14,
        "a_rank4  -",
        "",
    ]


def test_the_last_column_gives_way_first(on_terminal: Show) -> None:
    lines = on_terminal(30, ("Run", "Status", "Notes"), ("a_rank64", "pending", "out of memory twice"))
    assert lines[2].startswith("a_rank64  pending  out of")
    assert max(map(len, lines)) <= 30


def test_what_matters_least_gives_way_to_names(on_terminal: Show) -> None:
    row = ("a_rank64", "12 min", "pending", "out of memory twice, and then again")
    lines = on_terminal(40, ("Run", "Time", "Status", "Notes"), row, least=(1, 3))
    assert lines[0].split() == ["Run", "Status", "Notes"]
    lines = on_terminal(30, ("Run", "Time", "Status", "Notes"), row, least=(1, 3))
    assert lines[2] == "a_rank64  pending"


def test_wide_characters_take_two_columns(on_terminal: Show) -> None:
    lines = on_terminal(40, ("Run", "Notes"), ("漢字", "x"), ("abcde", "e\u0301"))
    assert lines[1:4] == ["─" * 12, "漢字   x", "abcde  e\u0301"]


def test_names_are_never_broken(on_terminal: Show) -> None:
    lines = on_terminal(
        40, ("Run", "Type", "Counts"), ("Llama-3.2-1B-Instruct_rank64", "2×2 factorial", "x" * 30)
    )
    assert "Llama-3.2-1B-Instruct_rank64" in "\n".join(lines)


def test_what_fits_in_no_way_becomes_lines(on_terminal: Show) -> None:
    headers = tuple(f"column{number}" for number in range(8))
    lines = on_terminal(40, headers, tuple(f"value number {number}" for number in range(8)))
    assert lines[:2] == ["column0  value number 0", "column1  value number 1"]


def test_in_a_pipe_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    emit_table(("A", "B"), [("x" * 300, "y" * 300)])
    assert f"{'x' * 300}  {'y' * 300}" in capsys.readouterr().out


def test_a_new_file_is_a_diff_against_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    emit_diff("a.md", None, "one\n\ntwo\n")
    assert capsys.readouterr().out == "--- /dev/null\n+++ a.md\n@@ -0,0 +1,3 @@\n+one\n+\n+two\n"
