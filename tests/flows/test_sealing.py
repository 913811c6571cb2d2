"""Seals in real git: by hand, and by the first run that leaves `pending`."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ckreg.adapters import spool
from ckreg.adapters.tree import Home
from ckreg.core.seal import read_seal, seal_of
from ckreg.core.status import Status, StatusRequest
from ckreg.errors import MalformedError, NotFoundError, RefusedError
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.updates import apply
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
AT = datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC)
SEAL = f"experiments/{EXPERIMENT}/plan.seal"
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"


def asked(number: int = 1, run: str = "L1B_rank4", **wish: object) -> StatusRequest:
    wish.setdefault("status", Status.RUNNING)
    return StatusRequest(id=f"id{number}", experiment=EXPERIMENT, run=run, at=AT, **wish)  # type: ignore[arg-type]


def trailers(home: Home, git: Git, revision: str = "HEAD") -> list[str]:
    told = git(home.root, "log", "-1", "--format=%(trailers:key=Ckreg-Seal,valueonly)", revision)
    return told.split()


def test_a_seal_is_one_commit_and_sealing_again_is_none(home: Home, git: Git) -> None:
    first = seal_experiment(home, EXPERIMENT)
    assert git(home.root, "show", "--name-only", "--format=%s", "HEAD").split("\n")[:3] == [
        f"seal: {EXPERIMENT} (3 runs)",
        "",
        SEAL,
    ]
    assert trailers(home, git) == [first.seal.hash]
    assert (home.root / SEAL).read_text() == seal_of(SUMMARY, None, "s.md").text
    assert git(home.root, "status", "--porcelain") == ""
    again = seal_experiment(home, EXPERIMENT)
    assert again.commit is None
    assert git(home.root, "rev-parse", "HEAD").strip() == first.commit


def test_a_dry_run_writes_nothing(home: Home, git: Git) -> None:
    before = git(home.root, "rev-parse", "HEAD")
    seal_experiment(home, EXPERIMENT, dry_run=True)
    assert not (home.root / SEAL).exists()
    assert git(home.root, "rev-parse", "HEAD") == before


def test_the_first_run_that_leaves_pending_seals_in_the_commit_of_its_status(home: Home, git: Git) -> None:
    apply(home, asked(1))
    files = git(home.root, "show", "--name-only", "--format=", "HEAD").split()
    assert sorted(files) == [DOCUMENT, SEAL]
    assert trailers(home, git) == [read_seal((home.root / SEAL).read_text(), SEAL).hash]
    assert git(home.root, "log", "-1", "--format=%(trailers:key=Ckreg-Status)").startswith("Ckreg-Status: {")
    assert git(home.root, "status", "--porcelain") == ""
    apply(home, asked(2, "L1B_rank64"))
    assert trailers(home, git) == []
    assert git(home.root, "show", "--name-only", "--format=", "HEAD").split() == [DOCUMENT]


def test_a_note_on_a_pending_run_seals_nothing(home: Home) -> None:
    apply(home, asked(status=None, note="soon"))
    assert not (home.root / SEAL).exists()


def test_what_a_person_has_not_finished_is_neither_sealed_nor_committed(home: Home, git: Git) -> None:
    unfinished = SUMMARY.replace("- **Epochs:** 2", "- **Epochs:** 3")
    (home.root / DOCUMENT).write_text(unfinished)
    sealed = seal_experiment(home, EXPERIMENT)
    assert sealed.unfinished
    assert sealed.seal == seal_of(SUMMARY, None, "s.md")
    assert (home.root / DOCUMENT).read_text() == unfinished
    assert git(home.root, "status", "--porcelain") == f" M {DOCUMENT}\n"


def test_a_status_seals_the_committed_plan_under_unfinished_edits(home: Home, git: Git) -> None:
    (home.root / DOCUMENT).write_text(SUMMARY.replace("- **Epochs:** 2", "- **Epochs:** 3"))
    apply(home, asked())
    assert read_seal((home.root / SEAL).read_text(), SEAL) == seal_of(SUMMARY, None, "s.md")
    assert git(home.root, "status", "--porcelain") == f" M {DOCUMENT}\n"


def test_a_changed_plan_is_not_sealed_over(home: Home, git: Git) -> None:
    seal_experiment(home, EXPERIMENT)
    (home.root / DOCUMENT).write_text(
        SUMMARY.replace("| L1B_rank4 | L1B | 4 | 4 |", "| L1B_rank4 | L1B | 4 | 8 |")
    )
    git(home.root, "commit", "-qam", "bigger")
    before = git(home.root, "rev-parse", "HEAD")
    line = SUMMARY.split("\n").index("| L1B_rank4 | L1B | 4 | 4 | Fine-tuned | 16 min |") + 1
    with pytest.raises(RefusedError) as caught:
        seal_experiment(home, EXPERIMENT)
    assert str(caught.value) == (
        f"{DOCUMENT}:{line}: run L1B_rank4, batch_size: 4 -> 8. The plan is sealed: "
        f"`ckreg amend {EXPERIMENT} --reason TEXT` records why it changes and seals it again."
    )
    assert git(home.root, "rev-parse", "HEAD") == before


def test_changed_estimates_are_told(home: Home, git: Git) -> None:
    estimates = home.root / "experiments" / EXPERIMENT / "estimates.json"
    estimates.write_text("{}\n")
    git(home.root, "add", ".")
    git(home.root, "commit", "-qm", "estimates")
    seal_experiment(home, EXPERIMENT)
    estimates.write_text('{"total": 1}\n')
    git(home.root, "commit", "-qam", "other estimates")
    with pytest.raises(RefusedError, match=r"estimates\.json was changed"):
        seal_experiment(home, EXPERIMENT)


def test_a_status_goes_on_where_the_plan_cannot_be_sealed(home: Home, git: Git) -> None:
    text = SUMMARY.replace("| L1B", "| X1B", 0)
    start, end = text.index("| L1B_rank4 | L1B | 4"), text.index("## Resources")
    (home.root / DOCUMENT).write_text(text[:start] + "\n" + text[end:])
    git(home.root, "commit", "-qam", "no runs")
    done = apply(home, asked())
    assert done.commit
    assert "could not be sealed" in done.warnings[0]
    assert not (home.root / SEAL).exists()


def test_a_forged_seal_is_told(home: Home, git: Git) -> None:
    seal_experiment(home, EXPERIMENT)
    seal = home.root / SEAL
    seal.write_text(seal.read_text().replace('"16 min"', '"9 min"'))
    git(home.root, "commit", "-qam", "forged")
    with pytest.raises(MalformedError, match=r"plan\.seal is no seal, or was changed"):
        seal_experiment(home, EXPERIMENT)


def test_a_document_that_is_not_committed_is_not_sealed(home: Home) -> None:
    (home.experiments / "new").mkdir()
    (home.experiments / "new" / "experiment_summary.md").write_text(SUMMARY)
    with pytest.raises(NotFoundError, match="is not committed"):
        seal_experiment(home, "new")


def test_a_seal_that_a_killed_process_left_is_committed_by_the_next(home: Home, git: Git) -> None:
    """Killed between writing the files and moving HEAD: the request still waits in the spool."""
    spool.put(home, [asked(1)])
    (home.root / SEAL).write_text(seal_of(SUMMARY, None, "s.md").text)
    git(home.root, "add", SEAL)
    apply(home, asked(2, "L1B_rank64"))
    assert git(home.root, "status", "--porcelain") == ""
    assert SEAL in git(home.root, "show", "--name-only", "--format=", "HEAD")


def test_two_branches_that_seal_the_same_plan_merge(home: Home, git: Git) -> None:
    git(home.root, "branch", "other")
    seal_experiment(home, EXPERIMENT)
    git(home.root, "switch", "-q", "other")
    (home.root / "README.md").write_text("else\n")
    git(home.root, "add", "README.md")
    git(home.root, "commit", "-qm", "else")
    seal_experiment(home, EXPERIMENT)
    git(home.root, "merge", "-q", "--no-edit", "main")
    assert git(home.root, "status", "--porcelain") == ""


def test_a_link_in_place_of_the_seal_is_not_written_through(home: Home, tmp_path: Path, git: Git) -> None:
    (tmp_path / "precious").write_text("mine")
    (home.root / SEAL).symlink_to(tmp_path / "precious")
    with pytest.raises(RefusedError, match="is a link"):
        seal_experiment(home, EXPERIMENT)
    assert (tmp_path / "precious").read_text() == "mine"
    assert (
        subprocess.run(["git", "-C", str(home.root), "diff", "--quiet", "HEAD"], check=False).returncode == 0
    )
    assert git(home.root, "log", "-1", "--format=%s") == "plan\n"
