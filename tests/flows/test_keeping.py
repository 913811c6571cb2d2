"""What was measured outlives the logs: prior-runs.jsonl."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.core.settings import DEFAULT_LOG_PATTERNS
from ckreg.flows.caching import cache_path
from ckreg.flows.estimating import load_priors
from ckreg.flows.indexing import How, Indexed, index_logs
from ckreg.flows.keeping import keep_prior_runs, prior_run_edits
from ckreg.flows.refreshing import fresh_cache
from tests.logs import LOG, RUN, copied

Git = Callable[..., str]
QUERIES = (
    "SELECT * FROM measurements ORDER BY log_path, segment",
    "SELECT * FROM prior_speeds ORDER BY lora_rank, model",
    """SELECT job_id, cluster, state, elapsed_seconds, submitted FROM jobs
       WHERE job_id IN (SELECT job_id FROM measurements) ORDER BY job_id""",
)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = copied(tmp_path / "scratch")
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(folder))
    return folder


def index(home: Home, root: Path, how: How = How()) -> Indexed:  # noqa: B008  # it is frozen
    return index_logs(home, [root], DEFAULT_LOG_PATTERNS, how)


def answers(home: Home) -> list[object]:
    with fresh_cache(home) as cache:
        return [cache.rows(query) for query in QUERIES]


def test_a_cache_built_from_the_file_alone_answers_the_same(home: Home, scratch: Path, git: Git) -> None:
    index(home, scratch)
    before, priors = answers(home), load_priors(home, index=False).measurements
    kept = keep_prior_runs(home)
    assert kept.jobs == 7
    assert git(home.root, "status", "--porcelain") == ""
    assert git(home.root, "show", "--name-only", "--format=%s").split("\n\n")[1].split() == [
        "prior-runs.jsonl"
    ]
    shutil.rmtree(scratch)
    cache_path(home).unlink()
    assert answers(home) == before
    assert load_priors(home, index=False).measurements == priors


def test_paths_are_relative_to_the_scratch_folder(
    home: Home, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(home, scratch)
    keep_prior_runs(home)
    text = (home.root / "prior-runs.jsonl").read_text()
    assert str(scratch) not in text
    monkeypatch.setenv("CKREG_SCRATCH_DIR", "/elsewhere")
    cache_path(home).unlink()
    assert any(run.log_path == f"/elsewhere/{LOG}" for run in load_priors(home, index=False).measurements)


def test_keeping_twice_makes_one_commit(home: Home, scratch: Path, git: Git) -> None:
    index(home, scratch)
    assert keep_prior_runs(home).commit
    before = git(home.root, "rev-parse", "HEAD")
    assert keep_prior_runs(home).commit is None
    assert git(home.root, "rev-parse", "HEAD") == before


def test_logs_that_are_there_count_once_beside_the_file(home: Home, scratch: Path) -> None:
    index(home, scratch)
    keep_prior_runs(home)
    assert index(home, scratch).kept == 0
    rebuilt = index(home, scratch, How(rebuild=True))
    assert (rebuilt.read, rebuilt.kept) == (7, 0)
    assert len(load_priors(home, index=False).measurements) == 7


def test_a_log_that_is_gone_is_kept_through_a_rebuild(home: Home, scratch: Path) -> None:
    index(home, scratch)
    keep_prior_runs(home)
    (scratch / LOG).unlink()
    rebuilt = index(home, scratch, How(rebuild=True))
    assert (rebuilt.read, rebuilt.kept) == (6, 1)
    assert RUN in {run.run_name for run in load_priors(home, index=False).measurements}


def test_a_log_that_comes_back_elsewhere_counts_once(home: Home, scratch: Path, tmp_path: Path) -> None:
    index(home, scratch)
    keep_prior_runs(home)
    cache_path(home).unlink()
    answers(home)
    scratch.rename(tmp_path / "moved")
    indexed = index(home, tmp_path / "moved")
    assert (indexed.read, indexed.kept, indexed.moved) == (7, 0, 0)
    assert len(load_priors(home, index=False).measurements) == 7


def test_lines_that_say_nothing_are_said_with_their_place(home: Home, scratch: Path) -> None:
    index(home, scratch)
    keep_prior_runs(home)
    path = home.root / "prior-runs.jsonl"
    path.write_text("<<<<<<< ours\n" + path.read_text())
    [fault] = index(home, scratch).faults
    assert fault.place == f"{path}:1"
    assert "no JSON" in fault.reason


def test_the_jobs_of_one_run_for_a_commit_of_its_own(home: Home, scratch: Path) -> None:
    index(home, scratch)
    [(path, edit)] = prior_run_edits(home, ["19"]).items()
    assert path == "prior-runs.jsonl"
    assert len(edit(None).splitlines()) == 1
    assert prior_run_edits(home, ["no such job"]) == {}


def test_nothing_measured_nothing_kept(home: Home) -> None:
    assert keep_prior_runs(home) == (type(keep_prior_runs(home)))(0, None)
