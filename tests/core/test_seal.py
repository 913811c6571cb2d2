"""Which edits break a seal, and which do not."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.adapters.assets import render_summary
from ckreg.core.plan import resolve
from ckreg.core.seal import Seal, broken, read_seal, seal_of
from ckreg.core.shown.changes import Change, Lines
from ckreg.core.summary import parse
from ckreg.errors import MalformedError
from tests.core.plan.helpers import TODAY, basis, planned, sheet
from tests.core.plan.specs import odd_trees
from tests.core.spec.helpers import Tree, read
from tests.documents import SUMMARY


def sealed(text: str, estimates: str | None = "{}\n") -> Seal:
    return seal_of(text, estimates, "s.md")


def same(before: str, after: str) -> bool:
    return sealed(before).text == sealed(after).text


def document(tree: Tree | None = None) -> str:
    plan = planned() if tree is None else resolve(read(tree), TODAY)
    return render_summary(sheet(plan, basis()))


def realigned(text: str) -> str:
    """Every table as an editor aligns it: cells padded to the widest of their column."""
    lines = text.split("\n")
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and lines[end].startswith("|"):
            end += 1
        if end > start:
            rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines[start:end]]
            widths = [max(len(row[place].strip()) for row in rows) for place in range(len(rows[0]))]
            for index, row in enumerate(rows):
                fill = "-" if index == 1 else " "
                cells = [
                    ("" if index == 1 else cell.strip()).ljust(width, fill)
                    for cell, width in zip(row, widths, strict=True)
                ]
                lines[start + index] = "| " + " | ".join(cells) + " |"
        start = end + 1
    return "\n".join(lines)


LAYOUT = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "BOM": lambda text: "\ufeff" + text,
    "realigned tables": realigned,
    "a note": lambda text: text + "- 42 more runs next week, 16 min each\n",
    "a section of one's own": lambda text: text.replace("## Status", "## Risks\n- **Runs:** 99\n\n## Status"),
    "a table of one's own": lambda text: text.replace(
        "## Status", "## Mine\n| A | B |\n|---|---|\n| 1 | 2 |\n\n## Status"
    ),
    "prose": lambda text: text.replace(
        "## All Runs\n", "## All Runs\nThese are 3 runs, 4 of them planned.\n\n"
    ),
    "a status": lambda text: text.replace("| pending | - | - |", "| running | 12345 | 2025-10-22 14:23:15 |"),
    "headings with other case": lambda text: text.replace("## All Runs", "## ALL RUNS"),
    "an extra column": lambda text: text.replace("| Est. Time |", "| Est. Time | Mine |").replace(
        "|-----------|\n", "|-----------|------|\n"
    ),
    "a question reworded": lambda text: re.sub(
        r"(Scientific Question:\*\*).*", r"\1 Which of 3 is best?", text
    ),
    "marks": lambda text: text.replace(" ✓ verified", " ✗ not found (prerequisite)"),
    "words around estimates": lambda text: text.replace("per run", "a run, we think,"),
    "names in code marks": lambda text: re.sub(
        r"^\| (\S+_rank\d+) \|", r"| `\1` |", text, flags=re.MULTILINE
    ),
    "trailing spaces": lambda text: text.replace("\n", "  \n"),
    "a time reworded": lambda text: text.replace("| ~16 min |", "| about 16 min |"),
}


@pytest.mark.parametrize("edit", LAYOUT.values(), ids=LAYOUT)
@pytest.mark.parametrize("text", [SUMMARY, document()], ids=["by hand", "designed"])
def test_wording_layout_and_status_leave_the_seal_valid(text: str, edit: object) -> None:
    assert callable(edit)
    assert same(text, edit(text))


def test_rows_and_columns_in_another_order_are_the_same_plan() -> None:
    first = "| L1B_rank4 | L1B | 4 | 4 | Fine-tuned | 16 min |\n"
    second = "| L1B_rank64 | L1B | 64 | 4 | Fine-tuned | 17 min |\n"
    rows = SUMMARY.replace(first + second, second + first)
    assert rows != SUMMARY
    assert same(SUMMARY, rows)
    columns = SUMMARY.replace("| Factor | Levels |", "| Levels | Factor |").replace(
        "| lora_rank | 4, 64 |", "| 64, 4 | lora_rank |"
    )
    assert columns != SUMMARY
    assert same(SUMMARY, columns)


@given(odd_trees())
def test_realigning_other_line_endings_notes_and_sections_leave_any_seal_valid(tree: Tree) -> None:
    text = document(tree)
    edited = (
        realigned(text).replace("\n", "\r\n") + "- A note with 17 in it.\r\n\r\n## Mine\r\n- **Size:** 4\r\n"
    )
    assert same(text, edited)


# Every section of which the seal speaks. Overview: the total; not the question, not the date.
PLAN = [
    ("Overview", r"Total Runs.*"),
    ("Variables", r"\|.*"),
    ("All Runs", r"\|.*"),
    ("Resources", r"(- \*\*(?:Path|Splits|Size)|\|).*"),
    ("Evaluation Plan", r"(- \*\*|\|).*"),
    ("Configuration", r"- \*\*.*"),
    ("Compute Estimates", r"- \*\*(?!Basis).*"),
]


def numbers_of_the_plan(text: str) -> list[tuple[int, int]]:
    """Where the plan's own numbers stand: digits that are no part of a word, in the lines named above."""
    found = []
    for section, lines in PLAN:
        start = re.search(rf"^## {section}$", text, re.MULTILINE)
        assert start
        after = text.find("\n## ", start.end())
        for line in re.finditer(lines, text[: after if after > 0 else None][start.end() :]):
            begin = start.end() + line.start()
            found += [
                (begin + number.start(), begin + number.end())
                for number in re.finditer(r"(?<![\w.:/,(-])\d+(?![\w.:/,-])", line.group())
            ]
    return found


@given(st.data())
def test_a_changed_number_of_the_plan_breaks_the_seal(data: st.DataObject) -> None:
    trees = {"epochs": "all", "tasks": [{"name": "cap", "script": "/tasks/cap.py"}]}
    text = render_summary(sheet(planned(evaluation=trees), basis()))
    start, end = data.draw(st.sampled_from(numbers_of_the_plan(text)))
    other = str(int(text[start:end]) + data.draw(st.integers(1, 9)))
    edited = text[:start] + other + text[end:]
    assert not same(text, edited)
    assert broken(sealed(text), parse(edited))


def test_what_changed_is_told_in_words_with_its_line() -> None:
    edited = (
        SUMMARY.replace("| L1B_rank4 | L1B | 4 | 4 |", "| L1B_rank4 | L1B | 4 | 8 |")
        .replace("- **Epochs:** 2", "- **Epochs:** 3")
        .replace("`/data/words.json`", "`/data/other.json`")
        .replace("| L1B_rank64 | L1B | 64 | 4 | Fine-tuned | 17 min |\n", "")
        .replace("2,150 GiB", "2,048 GiB")
    )
    summary = parse(edited)
    lines = Lines(summary)
    told = [(change.words, lines.of(change.item)) for change in broken(sealed(SUMMARY), summary)]
    source = edited.split("\n")

    def line(part: str) -> int:
        return next(index + 1 for index, text in enumerate(source) if part in text)

    assert told == [
        ("run L1B_rank4, batch_size: 4 -> 8", line("| L1B | 4 | 8 |")),
        ("run L1B_rank64: gone", None),
        ("dataset, path: /data/words.json -> /data/other.json", line("/data/other.json")),
        ("Configuration, epochs: 2 -> 3", line("**Epochs:** 3")),
        ("Compute Estimates, Disk Space, available: 2150 GiB -> 2048 GiB", line("2,048 GiB")),
    ]


def test_the_hash_can_be_made_with_other_tools(tmp_path: Path) -> None:
    seal = sealed(SUMMARY)
    (tmp_path / "plan.seal").write_text(seal.text)
    told = json.loads(seal.text)
    assert sorted(told) == ["estimates", "hash", "plan"]
    assert told["estimates"] == hashlib.sha256(b"{}\n").hexdigest()
    if not shutil.which("jq"):
        pytest.skip("jq is not here")
    words = ["jq", "-jcS", ".plan", str(tmp_path / "plan.seal")]
    canonical = subprocess.run(words, capture_output=True, check=True).stdout
    assert hashlib.sha256(canonical).hexdigest() == told["hash"]


def test_equal_plans_give_equal_bytes_whatever_git_does_to_line_endings() -> None:
    assert sealed(SUMMARY, "{\n}\n").text == sealed(SUMMARY.replace("\n", "\r\n"), "{\r\n}\r\n").text


def test_a_seal_is_read_back_and_a_forged_one_is_refused() -> None:
    seal = sealed(SUMMARY)
    assert read_seal(seal.text, "plan.seal") == seal
    for forged in [
        "",
        "{}",
        "[]",
        seal.text.replace('"16 min"', '"9 min"'),
        "[" * 100_000,
        '{"plan": {}, "hash": 1}',
    ]:
        with pytest.raises(MalformedError, match=r"plan\.seal is no seal"):
            read_seal(forged, "plan.seal")


def test_a_document_without_runs_has_no_plan_to_seal() -> None:
    with pytest.raises(MalformedError, match="no row under 'All Runs'"):
        sealed("# Experiment: x\n")


def test_of_long_lists_only_what_differs_is_told() -> None:
    item = ("estimates", "Training", "L1B")
    assert Change(item, "13 s, 14 s, 2, 28 s", "13 s, 14 s, 3, 42 s").words == (
        "Compute Estimates, Training, L1B: 2 -> 3, 28 s -> 42 s"
    )
    assert Change(item, "a, b", "a, c").words.endswith("L1B: a, b -> a, c")
    assert Change(item, "1, 2, 3", "1, 2, 3, 4").words.endswith("L1B: 1, 2, 3 -> 1, 2, 3, 4")
