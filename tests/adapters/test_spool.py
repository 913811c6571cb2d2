"""The spool holds what people, killed processes and strangers put there."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.adapters import spool
from ckreg.adapters.tree import Home
from ckreg.core.requests import from_line, from_told, parsed
from ckreg.core.status import Status, StatusRequest
from ckreg.errors import CkregError, MalformedError, UsageError

AT = datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC)
GOOD = {"id": "a", "experiment": "e", "run": "r", "at": AT.isoformat(), "status": "running"}


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    return Home(tmp_path / "registry")


def asked(number: int, **wish: object) -> StatusRequest:
    wish.setdefault("status", Status.RUNNING)
    return StatusRequest(id=f"id{number}", experiment="e", run="r", at=AT, **wish)  # type: ignore[arg-type]


def test_what_is_put_is_claimed_whole_and_in_order(empty: Home) -> None:
    first = spool.put(empty, [asked(1, note='"ü"\nx'), asked(2)])
    second = spool.put(empty, [asked(3)])
    assert not spool.is_empty(empty)
    assert not spool.is_empty(empty, but=second)
    assert spool.look(empty) == [first, second]
    assert spool.claim(empty) == [first, second]
    spool.remove(empty, first)
    spool.remove(empty, second)
    assert spool.is_empty(empty)


def test_what_is_claimed_cannot_be_taken_back(empty: Home) -> None:
    kept, gone = spool.put(empty, [asked(1)]), spool.put(empty, [asked(2)])
    assert spool.take_back(empty, gone)
    assert spool.claim(empty) == [kept]
    assert not spool.take_back(empty, kept)
    assert spool.is_claimed(empty, kept)
    spool.give_back(empty, [kept])
    assert spool.take_back(empty, kept)


def test_what_a_dead_process_claimed_is_known_as_such(empty: Home) -> None:
    left = spool.put(empty, [asked(1)])
    spool.claim(empty)
    new = spool.put(empty, [asked(2)])
    assert spool.claim(empty) == [left._replace(left_behind=True), new]
    spool.give_back(empty, [left._replace(left_behind=True), new])
    assert spool.is_claimed(empty, left)
    assert not spool.is_claimed(empty, new)


def test_an_answer_is_taken_once(empty: Home) -> None:
    bundle = spool.put(empty, [asked(1)])
    assert spool.take_answer(empty, bundle) is None
    spool.answer(empty, bundle, [spool.Answer(commit="abc", cells={"Notes": "x"}, old="a", new="b")])
    [answer] = spool.take_answer(empty, bundle) or []
    assert (answer.commit, answer.cells, answer.old, answer.new) == ("abc", {"Notes": "x"}, "a", "b")
    assert spool.take_answer(empty, bundle) is None


def test_too_many_for_one_call_are_refused_before_they_are_written(empty: Home) -> None:
    with pytest.raises(UsageError, match="Give them in several"):
        spool.put(empty, [asked(number, note="x" * 5000) for number in range(1000)])
    assert spool.is_empty(empty)


def test_what_is_no_request_is_put_aside_and_shown_once(empty: Home, tmp_path: Path) -> None:
    good = spool.put(empty, [asked(1)])
    folder = empty.state / "spool"
    (folder / "0-large.json").write_bytes(b" " * (10 << 20))
    (folder / "1-link.json").symlink_to(tmp_path / "elsewhere")
    (folder / "2-folder.json").mkdir()
    os.mkfifo(folder / "3-pipe.json")
    (folder / "4-bytes.json").write_bytes(b"\xff\xfe")
    (folder / "5-empty.json").write_text("\n")
    (folder / "6-deep.json").write_text("[" * 100_000)
    (tmp_path / "elsewhere").write_text(json.dumps(GOOD))
    assert spool.claim(empty) == [good]
    shown = spool.show_refused(empty)
    assert [refusal.path.name[0] for refusal in shown] == list("0123456")
    assert "more than 4 MiB" in shown[0].error
    assert "a link" in shown[1].error
    assert "not UTF-8" in shown[4].error
    assert spool.show_refused(empty) == []
    assert spool.pending(empty)[1] == []


def test_what_may_not_be_read_is_left_alone(empty: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign, good = spool.put(empty, [asked(1)]), spool.put(empty, [asked(2)])
    opened = os.open

    def refusing(path: str, flags: int, *rest: int) -> int:
        if str(path).endswith(foreign.name):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, flags, *rest)

    monkeypatch.setattr(os, "open", refusing)  # root may read everything
    assert spool.claim(empty) == [good]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../x"},
        {"id": ""},
        {"id": 3},
        {"experiment": ".."},
        {"experiment": "a/b"},
        {"experiment": "a\0b"},
        {"experiment": "a\nb"},
        {"experiment": "x" * 300},
        {"run": ["r"]},
        {"run": None},
        {"run": "\ud800"},
        {"task": 7},
        {"note": "x" * 10_001},
        {"at": "yesterday"},
        {"at": "2025-10-22T14:23:15"},
        {"at": "0001-01-01T00:00:00+00:00"},
        {"at": 5},
        {"status": "done"},
        {"status": ["running"]},
        {"by": "magic"},
        {"forced": "yes"},
        {"job": "1;rm -rf /"},
        {"resolved": "x", "task": "t"},
        {"epoch": "1"},
        {"status": None},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_request_with_something_wrong_is_none(change: dict[str, object]) -> None:
    assert from_told(GOOD).run == "r"
    with pytest.raises(MalformedError):
        from_told(GOOD | change)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*GOOD, "note", "task"]), inner),
    )
)
def test_whatever_json_says_is_a_request_or_malformed(told: object) -> None:
    for candidate in (told, GOOD | told if isinstance(told, dict) else told):
        try:
            request = from_told(candidate)
        except CkregError:
            continue
        assert from_told(parsed(json.dumps(candidate))) == request


def test_a_line_is_named_as_the_options_are() -> None:
    line = (
        '{"experiment": "e", "run": "r", "task": "t", "epoch": 1, "job_id": "12", "note": "n", '
        '"resolved": 2, "force": true, "by": "job", "at": "2025-10-22T16:23:15+02:00"}'
    )
    told = from_line(line, "i", datetime(2026, 1, 1, tzinfo=UTC))
    assert told == StatusRequest(
        id="i",
        experiment="e",
        run="r",
        at=AT,
        task="t",
        epoch="1",
        job="12",
        note="n",
        resolved="2",
        by=told.by,
        forced=True,
    )
    assert told.by == "job"
