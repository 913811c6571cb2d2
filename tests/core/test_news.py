from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.news import News, as_payload, as_text, title
from ckreg.core.summary.rows import RowKey

A = News("exp", RowKey("a"), "running", "completed", "took 2 min")
B = News("exp", RowKey("b", "cap", "0"), "pending", "failed", "-")
C = News("other", RowKey("c"), "running", "running", "requeued 2x")


def test_a_title_counts_what_changed_the_worst_first() -> None:
    assert title([A]) == "1 completed in exp"
    assert title([A, B]) == "1 failed, 1 completed in exp"
    assert title([A, B, C]) == "1 failed, 1 completed in 2 experiments"
    assert title([C]) == "1 note in other"


def test_the_text_is_grouped_by_experiment() -> None:
    assert as_text([A, C, B], 1) == (
        "1 failed, 1 completed in 2 experiments\n"
        "\n"
        "exp\n"
        "  a: running -> completed (took 2 min)\n"
        "  b, cap, epoch 0: pending -> failed\n"
        "\n"
        "other\n"
        "  c: running (requeued 2x)\n"
        "\n"
        "1 job still open.\n"
    )


def test_of_very_many_rows_fifty_are_told() -> None:
    many = [A._replace(key=RowKey(f"r{number}")) for number in range(53)]
    lines = as_text(many, 0).split("\n")
    assert lines[0] == "53 completed in exp"
    assert lines[52:] == [
        "  r49: running -> completed (took 2 min)",
        "",
        "... and 3 more: `ckreg status` shows all of it.",
        "",
        "0 jobs still open.",
        "",
    ]


HOSTILE = st.text(alphabet="a:\r\n\t\x1b\x00\u2028<>&`@!#*_|~ \u202e", max_size=30)


@given(st.builds(News, HOSTILE, st.builds(RowKey, HOSTILE, st.none(), st.none()), HOSTILE, HOSTILE, HOSTILE))
def test_notes_start_no_line_and_no_header(news: News) -> None:
    lines = as_text([news], 0).split("\n")
    assert len(lines) == 7
    assert all(line.isprintable() for line in lines)
    assert lines[0].startswith("1 note") or " in" in lines[0]
    assert lines[0][0].isdigit()


@given(HOSTILE)
def test_a_payload_is_preformatted_whatever_is_in_it(text: str) -> None:
    told = as_payload(text)["text"]
    assert told.startswith("```\n")
    assert told.endswith("```")
    inner = told[4:-3]
    assert not set(inner) & set("<>`")
    assert inner.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text.replace("`", "'")
