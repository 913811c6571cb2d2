from pathlib import Path

import pytest

from ckreg.adapters.cache import remember_roots
from ckreg.adapters.tree import Home
from ckreg.core.settings import DEFAULT_LOG_PATTERNS
from ckreg.flows.estimating import load_priors
from ckreg.flows.indexing import How, Indexed, Stand, index_known, index_logs, roots_of
from tests.logs import LOG, RUN, copied


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return copied(tmp_path / "scratch")


def index(home: Home, root: Path, *, rebuild: bool = False) -> Indexed:
    return index_logs(home, [root], DEFAULT_LOG_PATTERNS, How(rebuild=rebuild))


def measured(home: Home) -> list[str]:
    return sorted(run.run_name or "" for run in load_priors(home, index=False).measurements)


def test_reads_each_log_once(home: Home, scratch: Path) -> None:
    first, second = index(home, scratch), index(home, scratch)
    assert (first.found, first.read, first.unchanged, first.sacct_files) == (7, 7, 0, 1)
    assert (second.found, second.read, second.unchanged, second.sacct_files) == (7, 0, 7, 1)
    assert [(tally.framework, tally.outcome, tally.jobs) for tally in second.tallies] == [
        ("torchtune", "completed", 7)
    ]


def test_a_changed_log_is_read_again(home: Home, scratch: Path) -> None:
    index(home, scratch)
    with (scratch / LOG).open("a") as log:
        log.write("slurmstepd: error: *** JOB 19 ON n1 CANCELLED AT 2026-11-23T09:39:09 ***\n")
    again = index(home, scratch)
    assert (again.read, again.unchanged) == (1, 6)
    assert len(measured(home)) == 7


def test_a_log_that_is_gone_remains_a_prior_run_until_a_rebuild(home: Home, scratch: Path) -> None:
    index(home, scratch)
    (scratch / LOG).unlink()
    index(home, scratch)
    assert RUN in measured(home)
    index(home, scratch, rebuild=True)
    assert RUN not in measured(home)


def test_sacct_tells_elapsed_time_and_start_up(home: Home, scratch: Path) -> None:
    index(home, scratch)
    [run] = [run for run in load_priors(home, index=False).measurements if run.job_id == "19"]
    assert run.elapsed_seconds == 24  # sacct's ElapsedRaw of job 19
    assert run.seen_seconds is not None
    assert run.startup_seconds == pytest.approx(24 - run.seen_seconds)


def test_sacct_may_come_later(home: Home, scratch: Path) -> None:
    text = (scratch / "sacct.txt").read_text()
    (scratch / "sacct.txt").unlink()
    index(home, scratch)
    assert all(run.startup_seconds is None for run in load_priors(home, index=False).measurements)
    (scratch / "sacct.txt").write_text(text)
    index(home, scratch)
    assert all(run.startup_seconds for run in load_priors(home, index=False).measurements)


def test_what_cannot_be_read_is_named_with_the_reason(home: Home, scratch: Path) -> None:
    (scratch / "slurm-99.out").symlink_to(scratch / "nowhere")
    indexed = index(home, scratch)
    assert [(Path(problem.path).name, problem.reason) for problem in indexed.unreadable] == [
        ("slurm-99.out", "a link to nothing")
    ]
    assert indexed.read == 7


def test_names_and_contents_of_any_kind_are_taken(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "slurm-1\x1b[31m\n.out").write_bytes(b"\xff\xfe\0" * 100)
    (folder / "slurm-\udcff.out").write_bytes(b"")
    (folder / "sacct-odd.txt").write_bytes(b"JobID|State\n\xff|\xff\n|\n" * 3)
    indexed = index(home, folder)
    assert (indexed.read, indexed.unreadable) == (2, ())
    assert index(home, folder).unchanged == 2


def test_a_lost_cache_is_filled_from_the_known_roots(home: Home, scratch: Path, tmp_path: Path) -> None:
    remember_roots(home, [scratch])
    index(home, scratch)
    (home.state / "cache.db").unlink()
    empty = tmp_path / "empty"
    empty.mkdir()
    assert index(home, empty).read == 7


def test_a_damaged_cache_is_filled_again_and_said(home: Home, scratch: Path) -> None:
    index(home, scratch)
    (home.state / "cache.db").write_bytes(b"no database" * 999)
    again = index(home, scratch)
    assert again.rebuilt
    assert again.read == 7


def test_progress_is_told_of_everything_met(home: Home, scratch: Path) -> None:
    stands: list[Stand] = []
    index_logs(home, [scratch], DEFAULT_LOG_PATTERNS, tell=stands.append)
    assert [stand.files for stand in stands] == list(range(1, 9))
    assert (stands[-1].files_total, stands[-1].size) == (8, stands[-1].size_total)


def test_roots_are_the_known_ones_and_scratch(home: Home) -> None:
    assert roots_of(home, None) == ()
    remember_roots(home, [Path("/a")])
    assert roots_of(home, "/s") == (Path("/a"), Path("/s"))


def test_what_an_experiments_own_jobs_write_is_read_beside_the_known_roots(
    home: Home, scratch: Path, tmp_path: Path
) -> None:
    """Somebody has named another folder: the scratch folder is not searched any more."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    remember_roots(home, [elsewhere])
    (home.root / "ckreg.local.toml").write_text(f'scratch_dir = "{scratch}"\n')
    written = next(path for path in scratch.rglob("slurm-*.out") if path.parent.name.startswith("ck-out-"))
    index_known(home)
    assert measured(home) == []
    index_known(home, experiments=["no-such-experiment", written.parent.parent.name])
    assert written.parent.name.removeprefix("ck-out-") in measured(home)


@pytest.fixture
def grid(shared: Path, home: Home) -> Home:
    index(home, shared / "logs" / "own" / "grid")
    return home


def test_all_jobs_of_a_real_grid_have_what_the_scheduler_says(grid: Home) -> None:
    runs = load_priors(grid, index=False).measurements
    assert len(runs) == 18
    assert all(run.elapsed_seconds and run.startup_seconds for run in runs)
    assert {run.outcome for run in runs} == {"completed"}
