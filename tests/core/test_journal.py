"""The log's format is the one that the description of the job shows."""

from datetime import datetime

from ckreg.core.journal import Entry, render


def test_entries_are_as_in_the_description() -> None:
    first = Entry(
        datetime(2025, 10, 22, 14, 23, 15),  # noqa: DTZ001  # the log has local times
        "VERIFY_MODEL",
        "Checking Llama-3.2-1B-Instruct",
        (("Command", "ls /models/Llama"), ("Result", "Directory exists"), ("Explanation", "Verifying")),
    )
    second = Entry(
        datetime(2025, 10, 22, 14, 25, 30),  # noqa: DTZ001
        "DECIDE_NAMING",
        "Experiment name chosen",
        (("Decision", "cap_8L"), ("Reasoning", "dated")),
    )
    assert render([first, second]) == (
        "[2025-10-22 14:23:15] VERIFY_MODEL: Checking Llama-3.2-1B-Instruct\n"
        "Command: ls /models/Llama\n"
        "Result: Directory exists\n"
        "Explanation: Verifying\n"
        "\n"
        "[2025-10-22 14:25:30] DECIDE_NAMING: Experiment name chosen\n"
        "Decision: cap_8L\n"
        "Reasoning: dated\n"
    )


def test_a_value_cannot_pass_for_another_entry() -> None:
    evil = "x\n\n[2025-10-22 14:25:30] COMPLETE: \x1b[31mall well\u2028Status: yes"
    at = datetime(2025, 10, 22, 14, 23, 15)  # noqa: DTZ001
    text = render([Entry(at, "VERIFY_MODEL", evil, (("Result", evil),))])
    assert len(text.splitlines()) == 2
    assert "\x1b" not in text
