"""The hook commit-msg, called by real git, holds sealed plans."""

import itertools
import os
import subprocess
from collections.abc import Callable

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.hooks import hooks_install
from ckreg.core.spec.amending import Amendment
from ckreg.flows.amending import amend_experiment
from ckreg.flows.sealing import seal_experiment
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
BIGGER = SUMMARY.replace("| L1B_rank4 | L1B | 4 | 4 |", "| L1B_rank4 | L1B | 4 | 8 |")


@pytest.fixture
def sealed(home: Home) -> Home:
    seal_experiment(home, EXPERIMENT)
    hooks_install(home)
    return home


_NUMBERS = itertools.count(1)  # two messages alike within a second would look like an amended commit


def commit(home: Home, message: str = "", *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", "-C", str(home.root), "commit", "-a", "-m", message or f"bigger, {next(_NUMBERS)}", *words],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )


def test_a_changed_plan_without_a_reason_is_refused_with_its_line(sealed: Home) -> None:
    (sealed.root / DOCUMENT).write_text(BIGGER)
    done = commit(sealed)
    line = BIGGER.split("\n").index("| L1B_rank4 | L1B | 4 | 8 | Fine-tuned | 16 min |") + 1
    assert done.returncode in {4, 1}
    assert f"{DOCUMENT}:{line}: run L1B_rank4, batch_size: 4 -> 8." in done.stderr
    assert f"ckreg amend {EXPERIMENT} --reason" in done.stderr


def test_with_a_reason_it_goes_in(sealed: Home) -> None:
    (sealed.root / DOCUMENT).write_text(BIGGER)
    assert commit(sealed, "bigger\n\nCkreg-Amend: 8 fits\n").returncode == 0


def test_an_empty_reason_is_none(sealed: Home) -> None:
    (sealed.root / DOCUMENT).write_text(BIGGER)
    assert commit(sealed, "bigger\n\nCkreg-Amend:  \n").returncode != 0


def test_notes_layout_and_statuses_go_in(sealed: Home) -> None:
    text = SUMMARY.replace("\n", "\r\n") + "more notes, 12 of them\r\n"
    (sealed.root / DOCUMENT).write_bytes(text.replace("pending | - ", "running | 12 ", 1).encode())
    assert commit(sealed, "notes").returncode == 0


def test_a_plan_that_is_not_sealed_may_change(home: Home) -> None:
    hooks_install(home)
    (home.root / DOCUMENT).write_text(BIGGER)
    assert commit(home).returncode == 0


def test_after_a_change_that_went_past_the_hook_notes_still_go_in(sealed: Home) -> None:
    (sealed.root / DOCUMENT).write_text(BIGGER)
    assert commit(sealed, "past", "--no-verify").returncode == 0
    (sealed.root / DOCUMENT).write_text(BIGGER + "a note\n")
    assert commit(sealed, "note").returncode == 0


def test_a_seal_is_not_removed_without_a_reason(sealed: Home) -> None:
    (sealed.experiments / EXPERIMENT / "plan.seal").unlink()
    done = commit(sealed, "unsealed")
    assert done.returncode != 0
    assert "its plan.seal was removed" in done.stderr


def test_amend_and_a_merge_of_an_amendment_go_in(sealed: Home, git: Git) -> None:
    git(sealed.root, "switch", "-qc", "other")
    (sealed.root / DOCUMENT).write_text(BIGGER)
    assert amend_experiment(sealed, EXPERIMENT, Amendment(), "8 fits").commit
    git(sealed.root, "switch", "-q", "main")
    (sealed.root / "README.md").write_text("else\n")
    git(sealed.root, "add", ".")
    git(sealed.root, "commit", "-qm", "else")
    git(sealed.root, "merge", "-q", "--no-edit", "other")
    assert git(sealed.root, "show", f"HEAD:{DOCUMENT}") == BIGGER
