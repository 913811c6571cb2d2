import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.measure import read_log
from ckreg.core.measure.parts.unwrap import unwrap, verbatim

BAR = b"\r 50%|#####     | 50/100 [00:50<00:50,  1.00s/it]"


@pytest.mark.parametrize(
    ("wrapped", "text"),
    [
        (b"a\r\nb\r\n", b"a\nb\n"),
        (b"a\n\rb\n", b"a\n\rb\n"),
        (b"\x1b[32mgreen\x1b[0m \x1b[A\x1b[2Kup", b"green up"),
        (b"\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\", b"link"),
        (b"a\0\0b", b"ab"),
        (b"0: ^M 10%|#| 1/10 [00:01<00:09, 1.00s/it]", b"\r 10%|#| 1/10 [00:01<00:09, 1.00s/it]"),
        (b"a ^M stands here\r\r", b"a ^M stands here\r\r"),
        (b"0: one\n1: two\n 0: three\n", b"one\ntwo\nthree\n"),
        (b"0: x\nno label\nno label\nno label\n", b"0: x\nno label\nno label\nno label\n"),
    ],
)
def test_what_wraps_a_log_is_taken_off(wrapped: bytes, text: bytes) -> None:
    assert unwrap(wrapped) == text


def test_of_many_tasks_bars_the_first_ones_stay() -> None:
    bar = b"%d: \r %d%%|#| %d/10 [00:01<00:09, 1.00s/it]\n"
    text = b"".join(bar % (task, 10, 1 + task) for task in (3, 1, 2)) + b"2: Traceback: of another task\n"
    assert unwrap(text) == b"\r 10%|#| 2/10 [00:01<00:09, 1.00s/it]\nTraceback: of another task\n"


@given(st.binary(max_size=300).filter(lambda data: not set(data) & set(b"\x1b\0^\r\n0123456789")))
def test_what_is_not_wrapped_is_the_same_object(data: bytes) -> None:
    assert unwrap(data) is data


def test_evidence_is_given_back_as_it_was_written() -> None:
    original = b"Value\x1b[31mError: \x1b[0mbad"
    assert verbatim("ValueError: bad", original) == "Value\x1b[31mError: \x1b[0mbad"
    assert verbatim("ValueError: bad", b"ValueError: bad") == "ValueError: bad"
    assert verbatim("not there", original) == ""


def test_a_log_reads_the_same_however_it_is_wrapped() -> None:
    plain = b"{'loss': 1.5, 'epoch': 0.1}\n" + BAR
    known = read_log(plain, log_path="x")[0]
    assert (known.framework, known.steps_done, known.steps_total) == ("hf_trainer", 50, 100)
    labelled = b"0: " + plain.replace(b"\r", b"^M").replace(b"\n", b"\n0: ")
    coloured = plain.replace(b"50/100", b"\x1b[1m50\x1b[0m/100")
    for wrapped in (labelled, coloured, plain.replace(b"\n", b"\r\n"), b"\xff\xfe" + plain + b"\0" * 99):
        measured = read_log(wrapped, log_path="x")[0]
        assert (measured.framework, measured.steps_done, measured.steps_total) == ("hf_trainer", 50, 100)
        assert measured.outcome == known.outcome
        assert measured.outcome_evidence in wrapped.decode(errors="replace")
