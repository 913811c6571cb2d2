"""What holds of every merge, whatever people wrote."""

import re
from collections import Counter

from hypothesis import given

from ckreg.core.markdown import read
from ckreg.core.merge.grids import read_grids, tables_by_place
from ckreg.core.merge.lines import Grids
from ckreg.core.merge.table import TableMerge
from ckreg.core.merge.values import CannotMergeError
from tests.core.merge.documents import versions
from tests.core.merge.merging import merge, rows


@given(versions())
def test_what_one_side_left_is_what_the_other_made(texts: tuple[str, str, str]) -> None:
    base, changed, _ = texts
    for ours, theirs, wanted in [
        (changed, base, changed),
        (base, changed, changed),
        (changed, changed, changed),
    ]:
        merged = merge(base, ours, theirs)
        assert (merged.text, merged.conflicts) == (wanted, 0)


@given(versions())
def test_so_it_is_with_every_table_that_is_merged_by_row(texts: tuple[str, str, str]) -> None:
    base, changed, _ = texts
    old, new = (tables_by_place(read(text)) for text in (base, changed))
    for place in old.keys() & new.keys():
        try:
            [was, now] = read_grids(place, [old[place], new[place]])
            for sides in (Grids(was, now, was), Grids(was, was, now), Grids(was, now, now)):
                assert "".join(map(str, TableMerge(sides, progress=True).pieces())) == now.source
        except CannotMergeError:
            continue


@given(versions())
def test_it_does_not_matter_who_merges(texts: tuple[str, str, str]) -> None:
    base, ours, theirs = texts
    one, two = merge(base, ours, theirs), merge(base, theirs, ours)
    assert (one.conflicts > 0) == (two.conflicts > 0)
    if not one.conflicts:
        assert one == two


def lines(text: str) -> Counter[str]:
    return Counter(line for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")) if line.strip())


def is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


@given(versions())
def test_no_line_is_lost_or_made_up(texts: tuple[str, str, str]) -> None:
    base, ours, theirs = texts
    merged = merge(base, ours, theirs)
    old, there = lines(base), lines(merged.text)
    if merged.conflicts:
        return
    for side in (ours, theirs):
        for line in lines(side):
            if line not in old and not is_row(line):
                assert there[line], line
    for line in there:
        assert is_row(line) or line in old or line in lines(ours) or line in lines(theirs), line


@given(versions())
def test_no_cell_is_lost_or_made_up(texts: tuple[str, str, str]) -> None:
    base, ours, theirs = texts
    merged = merge(base, ours, theirs)
    if merged.conflicts:
        return
    cells = {cell for row in rows(merged.text) for cell in row}
    noted = {part for cell in cells for part in cell.split("; ")}
    known = {cell for text in texts for row in rows(text) for cell in row}
    known |= {part for cell in known for part in cell.split("; ")}
    assert noted <= known | {"-"}
    # A status may give way to a further one, with its times and its job.
    gives_way = re.compile(r"running|completed|failed|pending|\d|2025-10-23 .*|-*")
    old = {cell for row in rows(base) for cell in row}
    for side in (ours, theirs):
        for cell in {cell for row in rows(side) for cell in row} - old - cells - noted:
            assert gives_way.fullmatch(cell) or set(cell.split("; ")) <= noted, cell
