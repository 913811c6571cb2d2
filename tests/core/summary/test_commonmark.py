"""Documents with every construct of CommonMark in and around a status table go through the editing engine."""

import dataclasses
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ckreg.core.status import Status, StatusRequest
from ckreg.core.summary.edit import changed_cells, key_of, with_cells
from ckreg.core.summary.rows import find_row
from ckreg.core.text import one_line
from ckreg.errors import CkregError
from tests.core.summary import judge
from tests.core.summary.markdown_examples import EXAMPLES, SECTIONS
from tests.documents import EDITED, SUMMARY

# The CommonMark specification's own examples as JSON, if somebody has them; read before tests are sealed off.
SPECIFICATION = os.environ.get("CKREG_COMMONMARK_JSON", "")

ASKED = StatusRequest(
    id="1",
    experiment="e",
    run="L1B_rank4",
    at=datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC),
    status=Status.RUNNING,
    job="12345",
    note=r"a | b `c|d` \ *e* <!-- # é",
)
HEADINGS = "# Experiment: x\n\n## Status\n\n### Fine-tuning\n"
ROWS = """\
| Run Name | Status | Job ID | Started | Completed | Notes |
|----------|--------|--------|---------|-----------|-------|
| L1B_rank4 | pending | - | - | - | - |
| L1B_rank64 | running | 7 | 2025-10-22 14:00:00 | - | x \\| y |
"""
AFTER = "\n## Notes\nNone.\n"

PLACES: dict[str, Callable[[str], str]] = {
    "before": lambda text: f"{text}\n\n{HEADINGS}{ROWS}{AFTER}",
    "right before": lambda text: f"{text}\n{HEADINGS}{ROWS}{AFTER}",
    "between heading and table": lambda text: f"{HEADINGS}{text}\n{ROWS}{AFTER}",
    "between headings": lambda text: f"## Status\n{text}\n### Fine-tuning\n{ROWS}{AFTER}",
    "right after": lambda text: f"{HEADINGS}{ROWS}{text}\n{AFTER}",
    "after": lambda text: f"{HEADINGS}{ROWS}\n{text}\n{AFTER}",
    "around": lambda text: f"{text}\n\n{HEADINGS}\n{text}\n\n{ROWS}\n{text}",
    "between rows": lambda text: f"{HEADINGS}{ROWS.rstrip()}\n{text}\n| other | pending | - | - | - | - |\n",
    "in a cell": lambda text: f"{HEADINGS}{ROWS.replace('x', _as_cell(text))}{AFTER}",
    "in another row": lambda text: f"{HEADINGS}{ROWS}| other | pending | - | - | - | {_as_cell(text)} |\n",
}


def _as_cell(text: str) -> str:
    return one_line(text).replace("|", r"\|")


def applied(text: str, asked: StatusRequest = ASKED) -> str:
    key = key_of(asked)
    return with_cells(text, key, changed_cells(find_row(text, key, "s.md"), asked, "s.md"), "s.md")


def wanted_cells(row: judge.Judged, asked: StatusRequest) -> dict[str, str]:
    """What a start sets, by hand: status, time, no end, job, note. An empty cell says `-` as it is."""
    cells = {"status": "running", "started": "2025-10-22 14:23:15", "job id": asked.job or "-"}
    cells["completed"] = "-"
    if asked.note is not None:
        cells["notes"] = one_line(asked.note) or "-"
    return {name: text for name, text in cells.items() if (row.cells[name] or "-") != text}


def edit_or_refuse(text: str, asked: StatusRequest = ASKED) -> str | None:
    """Edit, and hold the result against markdown-it; `None` where the engine refused."""
    row = judge.editable(text, asked.run)
    refusal, edited = "", ""
    try:
        edited = applied(text, asked)
    except CkregError as error:
        refusal = str(error)
    if refusal:
        assert "s.md:" in refusal
        return None
    assert row is not None, "edited what is no row to markdown-it"
    judge.refuse_other_changes(text, edited, row, wanted_cells(row, asked))
    return edited


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("section", SECTIONS)
def test_the_rest_of_the_document_stays(section: str, place: str) -> None:
    for text in map(PLACES[place], SECTIONS[section]):
        row = judge.editable(text, ASKED.run)
        assert (edit_or_refuse(text) is not None) == (row is not None), text


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
@pytest.mark.parametrize("section", SECTIONS)
def test_line_endings_change_nothing(section: str, newline: str) -> None:
    for text in SECTIONS[section]:
        document = PLACES["after"](text)
        edited = edit_or_refuse(document)
        other = edit_or_refuse(document.replace("\n", newline))
        assert other == (edited and edited.replace("\n", newline))


@pytest.mark.parametrize("document", [SUMMARY, EDITED], ids=["as rendered", "as edited"])
@pytest.mark.parametrize("section", SECTIONS)
def test_whole_summaries_keep_what_stands_in_them(section: str, document: str) -> None:
    text = "\n\n".join([document, "# Of their own", *SECTIONS[section]])
    assert edit_or_refuse(text) is not None


@pytest.mark.parametrize("section", SECTIONS)
def test_every_construct_can_be_a_note(section: str) -> None:
    for text in SECTIONS[section]:
        assert edit_or_refuse(HEADINGS + ROWS, dataclasses.replace(ASKED, note=text)) is not None


fragments = st.sampled_from(EXAMPLES) | st.text(
    alphabet="|-:\\`<>#*_ \t\nab1.=~!?[]/\r\x0c\u00a0", max_size=12
)


@given(
    above=st.lists(fragments, max_size=3),
    between=st.lists(fragments, max_size=1),
    below=st.lists(fragments, max_size=3),
    glue=st.sampled_from(["\n", "\n\n", "\r\n"]),
    note=st.text(max_size=20) | st.sampled_from(EXAMPLES),
)
@example(above=["- item"], between=[], below=["| more"], glue="\n", note="-")
def test_any_document_is_edited_in_its_cells_or_not_at_all(
    above: list[str], between: list[str], below: list[str], glue: str, note: str
) -> None:
    text = glue.join([*above, HEADINGS, *between, ROWS, *below])
    edit_or_refuse(text, dataclasses.replace(ASKED, note=note))


@pytest.mark.skipif(not SPECIFICATION, reason="CKREG_COMMONMARK_JSON is not set")
@pytest.mark.parametrize("place", PLACES)
def test_the_specifications_own_examples(place: str) -> None:
    examples = json.loads(Path(SPECIFICATION).read_text(encoding="utf-8"))
    assert len(examples) > 600
    for text in [PLACES[place](entry["markdown"]) for entry in examples]:
        row = judge.editable(text, ASKED.run)
        assert (edit_or_refuse(text) is not None) == (row is not None), text
