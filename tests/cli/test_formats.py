"""`--format` and its short words."""

import json

import click
import pytest
from click.testing import CliRunner

from ckreg.cli.formats import Format, emit_rows, format_option, format_options

ROWS = [("a", 1), ("b", None)]


@click.command()
@format_option
def told(form: Format) -> None:
    emit_rows(form, ("name", "number"), ROWS)


@click.command()
@format_options(Format.JSON, Format.CSV)
def short(form: Format) -> None:
    emit_rows(form, ("name", "number"), ROWS)


def test_a_table_if_nothing_is_said() -> None:
    assert CliRunner().invoke(told).output == "name  number\n────────────\na          1\nb          -\n"


@pytest.mark.parametrize("words", [["--json"], ["--format", "json"], ["--json", "--format", "json"]])
def test_json(words: list[str]) -> None:
    said = CliRunner().invoke(told, words).output
    assert json.loads(said) == [{"name": "a", "number": 1}, {"name": "b", "number": None}]


@pytest.mark.parametrize(
    ("form", "start"),
    [("csv", "name,"), ("jsonl", '{"name"'), ("markdown", "| name"), ("latex", "% \\usepackage")],
)
def test_every_form(form: str, start: str) -> None:
    assert CliRunner().invoke(told, ["--format", form]).output.startswith(start)


def test_two_forms_are_one_too_many() -> None:
    done = CliRunner().invoke(short, ["--json", "--csv"])
    assert done.exit_code == 2
    assert "Choose one form of csv, json" in done.output


def test_a_form_that_there_is_not_is_refused() -> None:
    assert CliRunner().invoke(told, ["--format", "xml"]).exit_code == 2
