"""What a person has edited stays theirs."""

import json

import pytest

from ckreg.core.scaffold.written import State, digest, dump_manifest, read_manifest, replaced, state_of

OURS, NEW, THEIRS = "batch_size: 4\n", "batch_size: 8\n", "batch_size: 5\n"


@pytest.mark.parametrize(
    ("old", "written", "forced", "state", "text"),
    [
        (None, None, False, State.NEW, NEW),
        (None, digest(OURS), False, State.NEW, NEW),
        (OURS, digest(OURS), False, State.CHANGED, NEW),
        (NEW, digest(OURS), False, State.UNCHANGED, NEW),
        (THEIRS, digest(OURS), False, State.KEPT, THEIRS),
        (THEIRS, None, False, State.KEPT, THEIRS),
        (THEIRS, digest(OURS), True, State.CHANGED, NEW),
    ],
)
def test_what_becomes_of_a_text(
    old: str | None, written: str | None, forced: bool, state: State, text: str
) -> None:
    assert state_of(old, NEW, written, forced=forced) is state
    assert replaced(old, NEW, written, forced=forced) == text


def test_a_manifest_has_the_sha_256_of_every_file() -> None:
    """The hash as `printf 'a\\n' | sha256sum` prints it."""
    expected = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"
    assert json.loads(dump_manifest({"r/x": "a\n"})) == {"files": {"r/x": expected}}
    assert read_manifest(dump_manifest({"r/x": "a\n"})) == {"r/x": expected}


@pytest.mark.parametrize("text", [None, "", "{", "[]", "3", '{"files": 3}', '{"files": {"a": 1}}', "<<<<<<<"])
def test_a_manifest_that_cannot_be_read_says_nothing(text: str | None) -> None:
    assert read_manifest(text) == {}
