"""One timeline out of a real log and real commits."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.history import history
from ckreg.core import journal
from ckreg.core.journal import Entry
from ckreg.core.spec.amending import Amendment
from ckreg.core.status import Source, Status, StatusRequest
from ckreg.errors import NotFoundError
from ckreg.flows.amending import amend_experiment
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.updates import apply
from tests.documents import EXPERIMENT

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
LOG = """\
[2025-10-22 14:23:15] VERIFY_MODEL: Checking L1B
Command: ls -- /models/L1B
Result: Directory exists: 15 files
Explanation: why

no entry
[2025-02-31 14:23:15] NEVER: that day is none
[2025-10-22 14:26:00] COMPLETE: Experiment design finished
"""


@pytest.fixture
def lived(home: Home, git: Git, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Designed, sealed, started, edited by hand, amended: each a minute after the other."""

    def at(minute: int) -> None:
        for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            monkeypatch.setenv(name, f"2025-10-23T10:{minute:02d}:00+00:00")
        monkeypatch.setenv("CKREG_NOW", f"2025-10-23T10:{minute:02d}:00+00:00")

    at(0)
    (home.experiments / EXPERIMENT / "design-experiment.log").write_text(LOG)
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", f"design: {EXPERIMENT} (3 runs, 5 evaluations)")
    at(1)
    seal_experiment(home, EXPERIMENT)
    at(2)
    when = datetime(2025, 10, 23, 10, 2, tzinfo=UTC)
    request = StatusRequest(
        id="1",
        experiment=EXPERIMENT,
        run="L1B_rank4",
        at=when,
        status=Status.RUNNING,
        job="77",
        by=Source.JOB,
        evidence="squeue",
    )
    apply(home, request)
    at(3)
    text = (home.root / DOCUMENT).read_text() + "a note\n"
    (home.root / DOCUMENT).write_text(text)
    git(home.root, "commit", "-qam", "A note \x1b[31m on L1B_rank64")
    at(4)
    (home.root / DOCUMENT).write_text(
        text.replace("| L1B_rank64 | L1B | 64 | 4 |", "| L1B_rank64 | L1B | 64 | 8 |")
    )
    amend_experiment(home, EXPERIMENT, Amendment(), "8 fits")
    return home


def test_the_log_and_the_commits_are_one_timeline(lived: Home, git: Git) -> None:
    told = history(lived, "cap_8L")
    day = [line for line in told if (line.at.year, line.at.day) == (2025, 23)]
    assert [(line.at.minute, str(line.kind), line.words.partition(" as ")[0]) for line in day] == [
        (0, "design", f"design: {EXPERIMENT} (3 runs, 5 evaluations)"),
        (1, "seal", "the plan was sealed"),
        (2, "status", "L1B_rank4: pending -> running"),
        (3, "hand edit", "A note [31m on L1B_rank64"),
        (4, "log", "AMEND: Plan changed"),
        (4, "amend", "8 fits"),
    ]
    status = day[2]
    assert (status.who, status.run, status.details) == (
        "Ada Lovelace",
        "L1B_rank4",
        ("by job", "job 77", "squeue"),
    )
    assert day[-1].details == ("run L1B_rank64, batch_size: 4 -> 8",)
    assert day[-1].commit == git(lived.root, "rev-parse", "--short=10", "HEAD").strip()
    assert [
        line.words for line in told if line.at.day == 22 and line.at.year == 2025 and line.kind == "log"
    ] == [
        "VERIFY_MODEL: Checking L1B",
        "COMPLETE: Experiment design finished",
    ]


def test_a_run_s_own_history(lived: Home) -> None:
    assert [str(line.kind) for line in history(lived, "cap_8L", "L1B_rank4")] == ["status"]
    assert [str(line.kind) for line in history(lived, "cap_8L", "L1B_rank64")] == [
        "hand edit",
        "log",
        "amend",
    ]
    with pytest.raises(NotFoundError, match="names the run 'L1B_rank8'"):
        history(lived, "cap_8L", "L1B_rank8")


def test_all_experiments_in_a_registry_below_the_top_of_git(lived: Home) -> None:
    assert {line.experiment for line in history(lived)} == {EXPERIMENT}
    assert len(history(lived)) == len(history(lived, "cap_8L"))


def test_a_registry_that_cannot_be_written_tells_its_history(lived: Home) -> None:
    told = history(lived, "cap_8L")
    shutil.rmtree(lived.state)
    lived.state.write_text("no folder can be made here")
    assert history(lived, "cap_8L") == told


def test_an_entry_is_read_as_it_was_written() -> None:
    entry = Entry(
        datetime.fromisoformat("2025-10-22 14:23:15"), "CALCULATE_TIME", "x: y", (("Input", "a: b"),)
    )
    assert list(journal.read(journal.render([entry, entry]).replace("\n", "\r\n"))) == [entry, entry]
    assert next(iter(journal.read(LOG))).fields[1] == ("Result", "Directory exists: 15 files")
