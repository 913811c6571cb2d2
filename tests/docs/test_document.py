import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.cli.main import main
from ckreg.core.results.kept import COLUMNS
from ckreg.core.status import TRANSITIONS
from ckreg.core.summary import parse
from ckreg.core.summary.tables import SECTIONS, SHAPES
from ckreg.core.trailers import told_events
from tests.docs.pages import DOCS, fences

PAGE = DOCS / "document.md"
EXPERIMENT = "cap_8L_ranks_2026-03-02"
(EXAMPLE,) = (fence.text for fence in fences(PAGE) if fence.language == "markdown")


def test_the_example_is_read_as_it_says() -> None:
    found = parse(EXAMPLE)
    assert found.name == EXPERIMENT
    assert [(factor.factor, factor.levels) for factor in found.factors] == [("lora_rank", ("4", "64"))]
    assert [run.run_name for run in found.runs] == ["L1B_rank4", "L1B_rank64", "L1B_base"]
    assert [(row.run_name, row.status, row.job_id) for row in found.fine_tuning] == [
        ("L1B_rank4", "completed", "4711"),
        ("L1B_rank64", "running", "4712"),
    ]
    assert [(row.run_name, row.epoch, row.status) for row in found.evaluations] == [
        ("L1B_rank4", "0", "completed"),
        ("L1B_rank4", "1", "failed"),
        ("L1B_rank64", "1", "pending"),
        ("L1B_base", None, "completed"),
    ]


def test_check_finds_nothing_wrong_with_the_example(
    home: Home, git: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    document = home.experiments / EXPERIMENT / "experiment_summary.md"
    document.parent.mkdir()
    document.write_text(EXAMPLE)
    git(home.root, "add", ".")
    git(home.root, "commit", "--quiet", "-m", "plan")
    capsys.readouterr()
    assert main(["-C", str(home.root), "check", "--strict", str(document)]) == 0, capsys.readouterr().out


def test_the_page_names_every_section_and_column() -> None:
    text = PAGE.read_text()
    for section in SECTIONS:
        assert section[-1] in text
    for shape in SHAPES:
        assert all(column in text for column in shape.columns)


def test_the_transitions_are_those_of_the_page() -> None:
    section = PAGE.read_text().partition("## Status")[2].partition("\n## ")[0]
    rows = dict(line.strip("| ").split(" | ") for line in section.split("\n") if line.startswith("| `"))
    for status, may in TRANSITIONS.items():
        named = {str(other) for other in TRANSITIONS if f"`{other}`" in rows[f"`{status}`"]}
        assert named == {str(other) for other in may}


def test_the_columns_of_results_are_those_of_the_page() -> None:
    assert f"`{','.join(COLUMNS)}`" in PAGE.read_text()


def test_the_trailer_of_the_page_is_read() -> None:
    (text,) = (fence.text for fence in fences(PAGE) if fence.text.startswith("Ckreg-Status: "))
    (event,) = told_events(f"status: x\n\n{text}", "c0ffee", "Ada")
    assert (event.run, event.task, event.epoch, event.from_status, event.to_status) == (
        "L1B_rank4",
        "cap",
        "1",
        "running",
        "failed",
    )
    assert (event.job, event.by, event.at) == ("4714", "sacct", "2026-03-02T10:20:09+00:00")


def test_the_line_for_cron_is_a_command(home: Home, tmp_path: Path) -> None:
    (line,) = (fence.text for fence in fences(DOCS / "cluster.md") if fence.text.startswith("*/10"))
    minute, hour, day, month, weekday, command = line.strip().split(" ", 5)
    assert (minute, hour, day, month, weekday) == ("*/10", "*", "*", "*", "*")
    assert "%" not in command  # cron takes it for a line end
    log = tmp_path / "sync.log"
    for there, here in {
        "/home/ada/ckreg/bin/ckreg": "/bin/echo",
        "/groups/lab/registry": str(home.root),
        "/home/ada/ckreg-sync.log": str(log),
    }.items():
        assert there in command
        command = command.replace(there, here)
    subprocess.run(["/bin/sh", "-c", command], check=True, env={})
    assert log.read_text() == f"-C {home.root} status sync --all\n"
