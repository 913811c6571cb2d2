import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.eval_script import script_and_task, script_fault

SCRIPT = b"from inspect_ai import task\n\n@task\ndef words(n: int = 1):\n    return None\n"


@pytest.mark.parametrize(
    ("script", "parts"),
    [
        ("evals/words.py", ("evals/words.py", None)),
        ("evals/words.py@words", ("evals/words.py", "words")),
        ("/home/me@lab/words.py", ("/home/me@lab/words.py", None)),
        ("words.py@a b", ("words.py@a b", None)),
    ],
)
def test_file_and_task(script: str, parts: tuple[str, str | None]) -> None:
    assert script_and_task(script) == parts


@pytest.mark.parametrize(
    ("source", "task", "fault"),
    [
        (SCRIPT, None, None),
        (SCRIPT, "words", None),
        (SCRIPT, "letters", "it defines no task letters"),
        (b"x = 1\ndef f(:\n", None, "line 2 is not Python: invalid syntax"),
        (b"# coding: latin-1\nx = '\xe9'\n", None, None),
        (b"print('\\d')\n", None, None),
    ],
)
def test_faults(source: bytes, task: str | None, fault: str | None) -> None:
    assert script_fault(source, task) == fault


@pytest.mark.parametrize(
    "source", [b"\x00", b"\xff\xfe", b"(" * 100_000, b"-" * 100_000 + b"1", b"# coding: nonsense\n"]
)
def test_hostile_sources_are_faults(source: bytes) -> None:
    fault = script_fault(source, None)
    assert fault is not None
    assert fault.isprintable()


@given(st.binary(max_size=80))
def test_any_bytes_are_judged_without_a_failure(source: bytes) -> None:
    script_fault(source, "words")


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("@task\ndef words(): ...\n", True),
        ("@task(name='cap')\ndef words(): ...\n", True),
        ("@inspect_ai.task\nasync def words(): ...\n", True),
        ("def cap(): ...\n", True),
        ("from tasks import cap\n", True),
        ("cap = make_task('cap')\n", True),
        ("if True:\n    def cap(): ...\n", True),
        ("def words(): ...\n", False),
        ("x = 1\n", False),
        ("", False),
    ],
)
def test_a_script_holds_a_task_of_inspect_ai_or_one_of_the_plan_s_name(source: str, holds: bool) -> None:
    assert (script_fault(source.encode(), None, "cap") is None) == holds


def test_a_task_may_have_a_name_of_its_own() -> None:
    source = b"@task(name='cap_8L')\ndef words(): ...\n"
    assert script_fault(source, "cap_8L") is None
    assert script_fault(source, "cap") == "it defines no task cap"
