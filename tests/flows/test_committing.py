"""What a killed process left is finished or undone by whoever changes something next."""

from collections.abc import Callable

from ckreg.adapters.git import open_repo
from ckreg.adapters.git.intent import PlannedFile, Sides, new_intent, write_intent
from ckreg.adapters.tree import Home
from ckreg.flows.committing import commit_edits, finish_interrupted
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.updates import flush
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"


def half_done(home: Home, git: Git) -> None:
    repo = open_repo(home.root)
    file = PlannedFile(DOCUMENT, Sides(SUMMARY, SUMMARY + "half\n"))
    write_intent(repo, new_intent(repo, git(home.root, "rev-parse", "HEAD").strip(), (file,)))
    (home.root / DOCUMENT).write_text(SUMMARY + "half\n")


def test_a_flush_does_with_nothing_in_the_spool(home: Home, git: Git) -> None:
    half_done(home, git)
    flush(home)
    assert (home.root / DOCUMENT).read_text() == SUMMARY


def test_a_seal_does(home: Home, git: Git) -> None:
    half_done(home, git)
    seal_experiment(home, EXPERIMENT)
    assert (home.root / DOCUMENT).read_text() == SUMMARY
    assert git(home.root, "status", "--porcelain") == ""


def test_any_commit_does(home: Home, git: Git) -> None:
    half_done(home, git)
    commit_edits(home, {"other.txt": lambda _: "x\n"}, "other\n")
    assert (home.root / DOCUMENT).read_text() == SUMMARY
    assert git(home.root, "status", "--porcelain") == ""


def test_what_was_done_is_told_once(home: Home, git: Git) -> None:
    half_done(home, git)
    assert finish_interrupted(home) == f"Undid the change of {DOCUMENT} that a killed ckreg had begun."
    assert finish_interrupted(home) is None
