from ckreg.core.finding import as_like, as_match, marked
from ckreg.core.finding.texts import Kind, Text, texts_in
from ckreg.core.markdown import read
from ckreg.core.summary.parse import summary_of
from tests.documents import SUMMARY


def texts(source: str) -> list[Text]:
    document = read(source)
    return list(texts_in(document, summary_of(document)))


def lines(source: str, kind: Kind) -> list[tuple[int, str]]:
    return [(text.line, text.text) for text in texts(source) if text.kind is kind]


def test_the_question_and_the_notes() -> None:
    source = SUMMARY.replace(
        "None.", "Rank 64 diverged\ntwice.\n\n1. Try **packing**\n   next.\n2. Ask `Bo`."
    )
    assert lines(source, Kind.QUESTION) == [(6, "Does LoRA rank matter?")]
    first = source.split("\n").index("Rank 64 diverged") + 1
    assert lines(source, Kind.NOTE) == [
        (first, "Rank 64 diverged twice."),
        (first + 3, "Try packing next."),
        (first + 5, "Ask Bo."),
    ]


def test_a_section_of_a_persons_own_counts_and_what_ckreg_writes_does_not() -> None:
    source = SUMMARY.replace("## Notes", "## Why so slow\nThe disk.\n\n## Notes")
    found = [text for _, text in lines(source, Kind.DOCUMENT)]
    assert "Why so slow" in found
    assert "The disk." in found
    told = " ".join(text.text for text in texts(source))
    for written in (
        "prior runs",
        "Total evaluations",
        "parameter sweep",
        "Recipe",
        "2,150 GiB",
        "Experiment:",
    ):
        assert written not in told
    assert "L1B: /models/L1B ✓ verified" in found
    assert "words" in found  # the task's description


def test_notes_of_statuses_have_their_run_but_for_what_ckreg_notes() -> None:
    source = SUMMARY.replace(
        "| L1B_rank64 | pending | - | - | - | - |",
        "| L1B_rank64 | failed | 7 | - | - | out of memory \\| twice |",
    ).replace(
        "| L1B_rank4 | pending | - | - | - | - |", "| L1B_rank4 | completed | 6 | - | - | took 12 min |"
    )
    assert [text for text in texts(source) if text.kind is Kind.STATUS] == [
        Text(Kind.STATUS, "out of memory | twice", 70, "L1B_rank64")
    ]


def test_comments_are_not_looked_through_and_fences_are() -> None:
    source = "## Notes\n<!-- hidden\n\nstill hidden -->\nshown\n```\ncode line\n```\nbehind\n"
    assert lines(source, Kind.NOTE) == [(5, "shown"), (7, "code line"), (9, "behind")]


def test_control_codes_and_endless_lines_are_made_harmless() -> None:
    [note] = lines("## Notes\n\x1b[31mred\x02\u202e\r\n", Kind.NOTE)
    assert note == (2, "[31mred")
    [(_, text)] = lines("## Notes\n" + "word " * 100_000, Kind.NOTE)
    assert len(text) <= 4000


def test_words_are_literal_in_both_ways_of_looking() -> None:
    assert as_match(["lora", 'say "x"', "a*"]) == '"lora"* AND "say ""x"""* AND "a*"*'
    assert as_like("50%_\\") == "%50\\%\\_\\\\%"


def test_what_is_shown_of_a_long_text_is_around_the_first_place() -> None:
    shown = marked("x " * 200 + "Needle in it" + " y" * 200, ["needle"])
    assert "\x02Needle\x03 in it" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 260
