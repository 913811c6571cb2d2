"""Many rows changed at once give what changing them one by one gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.summary.edit import with_cells
from ckreg.core.summary.many import Sheet, with_rows
from ckreg.core.summary.rows import RowKey, find_row
from ckreg.errors import CkregError, MalformedError, NotFoundError
from tests.documents import EDITED, SUMMARY

KEYS = (
    RowKey("L1B_rank4"),
    RowKey("L1B_rank64"),
    RowKey("L1B_rank4", "cap", "0"),
    RowKey("L1B_rank4", "cap", "1"),
    RowKey("L1B_rank64", "cap", "best"),
    RowKey("L1B_base", "cap"),
)
cells = st.dictionaries(
    st.sampled_from(["Status", "Job ID", "Notes"]), st.text("ab|\\`-< é\u2028", max_size=8), max_size=3
)


@given(st.lists(st.tuples(st.sampled_from(KEYS), cells), max_size=6, unique_by=lambda pair: pair[0]))
def test_at_once_is_as_one_by_one(edits: list[tuple[RowKey, dict[str, str]]]) -> None:
    alone = SUMMARY
    try:
        for key, wanted in edits:
            alone = with_cells(alone, key, wanted, "x.md")
    except CkregError:
        with pytest.raises(CkregError):
            with_rows(SUMMARY, edits, "x.md")
    else:
        assert with_rows(SUMMARY, edits, "x.md") == alone


def test_a_row_twice_is_refused() -> None:
    with pytest.raises(MalformedError, match="twice"):
        with_rows(SUMMARY, [(KEYS[0], {"Status": "a"}), (KEYS[0], {"Status": "b"})], "x.md")


def test_rows_are_found_as_one_by_one() -> None:
    sheet = Sheet(SUMMARY, "x.md")
    for key in KEYS:
        assert sheet.find(key).row == find_row(SUMMARY, key, "x.md").row
    for strange in (RowKey("L1B_rank5"), RowKey("L1B_rank4", "cap"), RowKey("L1B_base")):
        with pytest.raises(NotFoundError) as one:
            find_row(SUMMARY, strange, "x.md")
        with pytest.raises(NotFoundError) as other:
            sheet.find(strange)
        assert str(one.value) == str(other.value)


def test_what_a_person_made_of_the_table_stays() -> None:
    edits = [(RowKey("L1B_rank64"), {"Status": "failed"}), (KEYS[0], {"Job ID": "7"})]
    expected = EDITED.replace("| running    |", "| failed     |").replace(
        "`L1B\\_rank4` | -     ", "`L1B\\_rank4` | 7     "
    )
    assert with_rows(EDITED, edits, "x.md") == expected
