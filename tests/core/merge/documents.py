"""Documents as people change them, at random: each a chain of edits from one beginning."""

import re
from collections.abc import Callable

from hypothesis import strategies as st

from tests.documents import SUMMARY

Edit = Callable[[str], str]
TIMES = st.integers(10, 59).map(lambda minute: f"2025-10-23 10:{minute}:00")
JOBS = st.integers(1, 3).map(str)
CELLS = st.sampled_from(["x", "a \\| b", "`|`", "", "-", "ü✓", "a; b", "<!--", "```", "- x", "\\", "**x**"])
LINES = st.sampled_from(
    [
        "A word.",
        "Another word.",
        "",
        "```\n| L1B_rank4 | x |\n|--|--|\n| a | b |\n```",
        "```",
        "<!-- | x |",
        "-->",
        "| a | b |",
        "=======",
        "<<<<<<< ours",
        ">>>>>>> theirs",
        "    | L1B_rank4 | pending |",
        "> | a | b |",
        "## More",
        "### Fine-tuning",
        "| Run Name | Mine |\n|---|---|\n| L1B_rank4 | 1 |",
        "\x0c",
        "-",
    ]
)


def _lines(text: str) -> list[str]:
    return re.split(r"(?<=\n)", text)


def _rows(text: str) -> list[int]:
    """The numbers of the lines that look like rows of the Status tables."""
    lines = _lines(text)
    return [number for number, line in enumerate(lines) if line.startswith("| L1B") and line.count("|") > 6]


def _replaced(text: str, number: int, new: str) -> str:
    lines = _lines(text)
    lines[number] = new
    return "".join(lines)


def set_cells(where: int, cells: dict[int, str]) -> Edit:
    """Change cells, counted from the end, of one row."""

    def edit(text: str) -> str:
        rows = _rows(text)
        if not rows:
            return text
        number = rows[where % len(rows)]
        parts = re.split(r"(?<!\\)\|", _lines(text)[number])
        for place, cell in cells.items():
            if place < len(parts) - 2:
                parts[-2 - place] = f" {cell} "
        return _replaced(text, number, "|".join(parts))

    return edit


def insert(share: float, line: str) -> Edit:
    def edit(text: str) -> str:
        lines = _lines(text)
        number = int(share * len(lines))
        return "".join([*lines[:number], f"{line}\n", *lines[number:]])

    return edit


def remove(share: float) -> Edit:
    def edit(text: str) -> str:
        lines = _lines(text)
        del lines[int(share * len(lines))]
        return "".join(lines)

    return edit


def append_row(name: str, note: str) -> Edit:
    def edit(text: str) -> str:
        row = f"| {name} | pending | - | - | - | {note} |\n"
        end = text.find("\n\n### Evaluations")
        return text if end < 0 else f"{text[: end + 1]}{row}{text[end + 1 :]}"

    return edit


def swap_rows(where: int) -> Edit:
    def edit(text: str) -> str:
        rows, lines = _rows(text), _lines(text)
        if len(rows) < 2:
            return text
        here, there = rows[where % len(rows)], rows[(where + 1) % len(rows)]
        lines[here], lines[there] = lines[there], lines[here]
        return "".join(lines)

    return edit


def realigned(width: int) -> Edit:
    def edit(text: str) -> str:
        lines = _lines(text)
        for number in _rows(text):
            cells = lines[number].rstrip("\r\n").split("|")
            end = lines[number][len(lines[number].rstrip("\r\n")) :]
            lines[number] = (
                "|".join([cells[0], *(cell.ljust(width) for cell in cells[1:-1]), cells[-1]]) + end
            )
        return "".join(lines)

    return edit


def add_column(header: str) -> Edit:
    def edit(text: str) -> str:
        old = "| Run Name | Status | Job ID | Started | Completed | Notes |\n|"
        if old not in text:
            return text
        lines, first = _lines(text), text[: text.index(old)].count("\n")
        for number in range(first, len(lines)):
            if not lines[number].startswith("|"):
                break
            new = {0: header, 1: "----"}.get(number - first, "1")
            lines[number] = f"| {new} {lines[number]}"
        return "".join(lines)

    return edit


ROW = st.integers(0, 5)
SHARE = st.floats(0, 0.999)
EDITS = st.one_of(
    st.builds(
        lambda row, job, start: set_cells(row, {1: "-", 2: start, 3: job, 4: "running"}), ROW, JOBS, TIMES
    ),
    st.builds(
        lambda row, end, how: set_cells(row, {1: end, 4: how}),
        ROW,
        TIMES,
        st.sampled_from(["completed", "failed"]),
    ),
    st.builds(lambda row, note: set_cells(row, {0: note}), ROW, CELLS),
    st.builds(lambda row, place, cell: set_cells(row, {place: cell}), ROW, st.integers(0, 6), CELLS),
    st.builds(append_row, st.sampled_from(["L1B_rank1", "L1B_rank2", "L1B_rank3"]), CELLS),
    st.builds(swap_rows, ROW),
    st.builds(realigned, st.integers(4, 22)),
    st.builds(add_column, st.sampled_from(["GPU", "Node"])),
    st.builds(insert, SHARE, LINES),
    st.builds(remove, SHARE),
    st.sampled_from(
        [
            lambda text: text.replace("\n", "\r\n") if "\r" not in text else text,
            lambda text: text.replace("\r\n", "\n"),
            lambda text: text.removesuffix("\n"),
            lambda text: "\ufeff" + text.removeprefix("\ufeff"),
            lambda text: text.replace("## Notes\n", "## Notes\r\n"),
        ]
    ),
)


def _changed(text: str, edits: list[Edit]) -> str:
    for edit in edits:
        text = edit(text)
    return text


BASES = st.builds(_changed, st.just(SUMMARY), st.lists(EDITS, max_size=3))


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, str, str]:
    """A base and what two people made of it."""
    base = draw(BASES)
    ours = draw(st.builds(_changed, st.just(base), st.lists(EDITS, min_size=1, max_size=4)))
    theirs = draw(st.builds(_changed, st.just(base), st.lists(EDITS, min_size=1, max_size=4)))
    return base, ours, theirs
