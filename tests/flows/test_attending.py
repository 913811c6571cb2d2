"""What needs attention in a real registry: documents, commits, spool and disk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ckreg.adapters import spool
from ckreg.adapters.synced import last_synced, remember_synced
from ckreg.adapters.tree import Home
from ckreg.commands.attention import Kind, Need, Unsent, attention
from ckreg.core.status import Status
from ckreg.flows.updates import apply
from tests.documents import EXPERIMENT
from tests.flows.test_updates import AT, asked
from tests.predictions import complete, predict


def at(monkeypatch: pytest.MonkeyPatch, **later: float) -> datetime:
    moment = AT + timedelta(**later)
    monkeypatch.setenv("CKREG_NOW", moment.isoformat())
    return moment


def found(home: Home) -> list[tuple[str, str]]:
    return [(need.kind, need.command) for need in attention(home).attention]


def test_a_new_plan_needs_nothing(home: Home) -> None:
    standing = attention(home)
    assert (standing.experiments, standing.statuses, standing.attention) == (1, {"pending": 6}, ())


def test_what_is_to_be_sent_next(home: Home) -> None:
    assert attention(home).unsent == Unsent(EXPERIMENT, scaffolded=False)
    for run in ("L1B_rank4", "L1B_rank64", "L1B_base"):
        (home.experiments / EXPERIMENT / run).mkdir()
    assert attention(home).unsent == Unsent(EXPERIMENT, scaffolded=True)
    home.summary(EXPERIMENT).write_text(home.summary(EXPERIMENT).read_text().replace("pending", "completed"))
    assert attention(home).unsent is None


def test_failures_with_their_reason_and_the_retry(home: Home) -> None:
    apply(home, asked(job="7", status=Status.RUNNING))
    apply(home, asked(2, status=Status.FAILED, note="out of memory"))
    why = f"{EXPERIMENT}: L1B_rank4 (out of memory)."
    assert attention(home).attention == (Need(Kind.FAILED, why, f"ckreg retry {EXPERIMENT}", EXPERIMENT),)


def test_a_run_far_beyond_its_estimate_is_stale(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home)  # 21 min
    apply(home, asked(job="7"))
    at(monkeypatch, minutes=50)
    assert found(home) == []
    at(monkeypatch, hours=2)
    assert found(home) == [("stale", f"ckreg status sync {EXPERIMENT}")]
    remember_synced(home, [EXPERIMENT], at(monkeypatch, hours=3))
    assert found(home) == [("stale", f"ckreg logs {EXPERIMENT} L1B_rank4")]


def test_a_queued_job_that_nobody_asked_for(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(home, asked(job="7", status=None))
    # git's own clock dates the commit, and it is years ahead of the document's.
    monkeypatch.setenv("CKREG_NOW", (datetime.now(tz=UTC) + timedelta(days=4)).isoformat())
    assert ("sync overdue", f"ckreg status sync {EXPERIMENT}") in found(home)


def test_started_by_hand_without_a_seal(home: Home) -> None:
    complete(home, "L1B_rank4", job="7", started="14:00:00", completed="14:10:00")
    assert found(home) == [("unsealed", f"ckreg seal {EXPERIMENT}")]


def test_an_estimate_that_was_far_off(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    predict(home)
    apply(home, asked(status=Status.RUNNING))
    over = at(monkeypatch, hours=1)
    apply(home, replace(asked(2, status=Status.COMPLETED), at=over))
    [need] = attention(home).attention
    assert (need.kind, need.command) == ("estimate off", f"ckreg compare {EXPERIMENT} --estimates")
    assert "1 of 1 run " in need.message
    assert "L1B_rank4 took 1 h 00 min (p90 21 min)" in need.message
    at(monkeypatch, days=20)
    assert found(home) == []


def test_what_waits_in_the_spool(home: Home) -> None:
    spool.put(home, [asked()])
    assert found(home) == [("uncommitted", "ckreg status flush")]


def test_a_disk_that_is_nearly_full(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "df").write_text(
        "#!/bin/sh\necho 'Filesystem 1024-blocks Used Available Capacity Mounted on'\n"
        "echo 'storage 104857600 101711872 3145728 97% /scratch'\n"
    )
    (folder / "df").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("CKREG_SCRATCH_DIR", "/scratch/me")
    [need] = attention(home).attention
    assert (need.kind, need.message) == ("scratch full", "3.0 GiB of 100 GiB free in /scratch/me.")


def test_hostile_cells_and_files_are_only_text(home: Home) -> None:
    document = home.summary(EXPERIMENT)
    row = "| L1B_rank4 | running | 7 | 9999-99-99 99:99:99 | \x1b[2J | \x1b]0;x\x07 |"
    text = document.read_text().replace("| L1B_rank4 | pending | - | - | - | - |", row)
    document.write_text(
        text.replace(
            "| L1B_rank64 | pending | - | - | - | - |",
            "| L1B_rank64 | failed | - | \x1b[31m | ~ | \x1b[1mx |",
        )
    )
    (home.state / "synced.json").write_text('{"' + EXPERIMENT + '": "never", "x": [1]}')
    for need in attention(home).attention:
        assert need.message.isprintable()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": "2025-99-01"}', "[" * 5000])
def test_a_broken_note_of_the_last_sync_counts_as_none(home: Home, text: str) -> None:
    (home.state / "synced.json").write_text(text)
    assert last_synced(home) == {}


def test_the_last_sync_of_each_experiment_is_kept(home: Home) -> None:
    remember_synced(home, [EXPERIMENT, "gone"], AT)
    remember_synced(home, [], AT + timedelta(days=1))
    assert last_synced(home) == {EXPERIMENT: AT.timestamp()}


def test_a_link_in_the_notes_place_is_not_followed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    (home.state / "synced.json").symlink_to(tmp_path / "mine")
    remember_synced(home, [EXPERIMENT], AT)
    assert (tmp_path / "mine").read_text() == "precious"
