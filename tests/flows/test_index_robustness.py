"""Whatever lies in a folder of logs: each is read or listed with its reason, and none stops the rest."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from ckreg.adapters.cache import open_cache
from ckreg.adapters.tree import Home
from ckreg.core.settings import DEFAULT_LOG_PATTERNS
from ckreg.errors import OutsideError
from ckreg.flows.caching import cache_path
from ckreg.flows.indexing import How, Indexed, index_logs
from tests.logs import BUNDLED, LOG, copied
from tests.long_logs import long_log

CKREG = [sys.executable, "-m", "ckreg"]
JOINED = "SELECT * FROM measurements ORDER BY log_path, segment"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def index(home: Home, *roots: Path, how: How = How()) -> Indexed:  # noqa: B008  # it is frozen
    return index_logs(home, roots, DEFAULT_LOG_PATTERNS, how)


def rows(home: Home, sql: str = JOINED) -> list[dict[str, object]]:
    with open_cache(cache_path(home)) as cache:
        return cache.rows(sql)


def real(folder: Path, name: str, log: str = LOG) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((BUNDLED / log).read_bytes())
    return path


def test_tasks_of_an_array_are_jobs_of_their_own(home: Home, scratch: Path) -> None:
    real(scratch, "slurm-7_0.out")
    real(scratch, "slurm-7_1.out")
    index(home, scratch)
    assert [(row["job_id"], row["array_task"]) for row in rows(home)] == [("7_0", 0), ("7_1", 1)]


def test_err_beside_out_is_the_same_job_and_measured_once(home: Home, scratch: Path) -> None:
    real(scratch, "slurm-8.err")  # bars go to stderr
    (scratch / "slurm-8.out").write_text("Loading modules\nStarting\n")
    index(home, scratch)
    assert [(row["job_id"], row["framework"]) for row in rows(home)] == [("8", "torchtune"), ("8", "none")]
    [speeds] = rows(home, "SELECT runs FROM prior_speeds")
    assert speeds["runs"] == 1


def test_an_empty_log_is_no_problem(home: Home, scratch: Path) -> None:
    (scratch / "slurm-9.out").touch()
    indexed = index(home, scratch)
    assert (indexed.read, indexed.unreadable) == (1, ())
    assert [row["outcome"] for row in rows(home)] == ["unknown"]


def test_a_log_that_grows_is_read_again(home: Home, scratch: Path) -> None:
    whole = (BUNDLED / LOG).read_bytes()
    log = scratch / "slurm-1.out"
    log.write_bytes(whole[: len(whole) // 2])
    index(home, scratch)
    assert [row["outcome"] for row in rows(home)] == ["incomplete"]
    log.write_bytes(whole)
    assert index(home, scratch).read == 1
    assert [row["outcome"] for row in rows(home)] == ["completed"]


def test_a_log_that_was_cut_off_is_read_again(home: Home, scratch: Path) -> None:
    log = real(scratch, "slurm-1.out")
    index(home, scratch)
    os.truncate(log, 8000)
    assert index(home, scratch).read == 1
    assert [row["outcome"] for row in rows(home)] == ["incomplete"]


def test_a_log_that_grows_while_it_is_read(home: Home, scratch: Path) -> None:
    """What was read is what lay there when it was opened; the rest comes with the next call."""
    log = scratch / "slurm-1.out"
    whole = (BUNDLED / LOG).read_bytes()
    log.write_bytes(whole[:9000])

    def grow(_stand: object) -> None:
        log.write_bytes(whole)

    index_logs(home, [scratch], DEFAULT_LOG_PATTERNS, tell=grow)
    index(home, scratch)
    assert [row["outcome"] for row in rows(home)] == ["completed"]


def test_folders_without_permission_and_links_to_nothing(home: Home, scratch: Path) -> None:
    real(scratch, "slurm-1.out")
    (scratch / "slurm-2.out").symlink_to("nowhere")
    closed = scratch / "closed"
    closed.mkdir(mode=0)
    try:
        indexed = index(home, scratch)
    finally:
        closed.chmod(0o700)
    reasons = {Path(problem.path).name: problem.reason for problem in indexed.unreadable}
    expected = {"slurm-2.out": "a link to nothing", "closed": "Permission denied"}
    assert reasons == {name: expected[name] for name in expected if name != "closed" or os.geteuid()}
    assert indexed.read == 1


def test_a_line_of_fifty_megabytes_in_little_memory(home: Home, scratch: Path) -> None:
    frames = (BUNDLED / LOG).read_bytes().replace(b"\n", b"\r")
    with (scratch / "slurm-1.out").open("wb") as log:
        for _ in range(50_000_000 // len(frames)):
            log.write(frames)
    script = (
        "import re, sys; from ckreg.cli.main import main; "
        f"code = main(['-C', {str(home.root)!r}, 'index', {str(scratch)!r}]); "
        "said = open('/proc/self/status').read(); "
        "print(int(re.search('VmHWM: *([0-9]+)', said.expandtabs(1))[1]) // 1024); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) < 200


def test_names_that_are_no_utf8_are_kept_apart(home: Home, scratch: Path) -> None:
    for byte in (b"\xfe", b"\xff"):
        Path(os.fsdecode(os.fsencode(scratch) + b"/slurm-1" + byte + b".out")).write_bytes(
            b"a: command not found\n"
        )
    assert index(home, scratch).read == 2
    assert index(home, scratch).unchanged == 2
    assert len({row["log_path"] for row in rows(home)}) == 2


def test_a_moved_log_is_known_and_counted_once(home: Home, scratch: Path) -> None:
    real(scratch / "old", "ck-out-r/slurm-1.out")
    index(home, scratch)
    (scratch / "old").rename(scratch / "new")
    indexed = index(home, scratch)
    assert (indexed.read, indexed.moved, indexed.copies) == (1, 1, 0)
    assert [row["log_path"] for row in rows(home)] == [str(scratch / "new/ck-out-r/slurm-1.out")]


def test_a_copied_log_is_counted_once(home: Home, scratch: Path) -> None:
    real(scratch, "a/slurm-1.out")
    real(scratch, "b/slurm-1.out")
    indexed = index(home, scratch)
    assert (indexed.read, indexed.copies) == (2, 1)
    assert len(rows(home)) == 1
    assert index(home, scratch).unchanged == 2


def test_jobs_that_failed_alike_are_jobs_of_their_own(home: Home, scratch: Path) -> None:
    for name in ("slurm-1.out", "slurm-2.out", "a/ck-out-x/t.out", "a/ck-out-y/t.out"):
        real(scratch, name)
    assert index(home, scratch).copies == 0
    assert len(rows(home)) == 4


def test_gpu_metrics_beside_a_log_are_joined(home: Home, scratch: Path) -> None:
    log = real(scratch, "run/slurm-1.out")
    index(home, scratch)
    log.with_name("gpu_metrics.csv").write_text(
        "timestamp, utilization.gpu [%], utilization.memory [%], memory.used [MiB], memory.total [MiB], "
        "power.draw [W], temperature.gpu\n"
        "2026/11/02 09:39:00.000, 50 %, 10 %, 1024 MiB, 81920 MiB, 90.0 W, 40\n"
        "2026/11/02 09:39:30.000, 70 %, 10 %, 3072 MiB, 81920 MiB, 90.0 W, 40\n"
    )
    assert index(home, scratch).read == 1  # the samples came after the log was read
    [row] = rows(home)
    assert (row["mean_gpu_mem_gib"], row["total_gpu_mem_gib"], row["gpu_utilisation"]) == (2.0, 80.0, 60.0)


def test_full_and_windows_fill_the_cache_alike(home: Home, scratch: Path) -> None:
    (scratch / "slurm-1.out").write_bytes(long_log(steps=900))
    index(home, scratch)
    [by_windows] = rows(home)
    index(home, scratch, how=How(rebuild=True, full=True))
    [whole] = rows(home)
    assert whole["outcome"] == by_windows["outcome"] == "completed"
    different = {name for name in whole if whole[name] != by_windows[name]}
    assert different <= {"seconds_per_step", "samples_per_second", "seen_seconds", "speed_spread"}


def test_full_reads_again_what_has_not_changed(home: Home, scratch: Path) -> None:
    real(scratch, "slurm-1.out")
    index(home, scratch)
    assert index(home, scratch, how=How(full=True)).read == 1
    assert index(home, scratch).unchanged == 1


def many(folder: Path, number: int) -> Path:
    text = (BUNDLED / LOG).read_bytes()
    for job in range(number):
        path = folder / f"ck-out-r{job}" / f"slurm-{job}.out"
        path.parent.mkdir(parents=True)
        path.write_bytes(text.replace(b"lora_rank: 4", b"lora_rank: %d" % (job + 1)))
    return folder


def in_peace(home: Home, scratch: Path) -> list[dict[str, object]]:
    index(home, scratch, how=How(rebuild=True))
    return rows(home)


def start(home: Home, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*CKREG, "-C", str(home.root), "index", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def test_two_at_once(home: Home, scratch: Path) -> None:
    many(scratch, 60)
    both = [start(home, str(scratch)) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    found = rows(home)
    assert len(found) == 60
    assert found == in_peace(home, scratch)


def test_one_at_work_while_another_builds_anew(home: Home, scratch: Path) -> None:
    many(scratch, 60)
    index(home, scratch)
    both = [start(home, str(scratch), *words) for words in ((), ("--rebuild",), ("--rebuild",))]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0, 0], said
    index(home, scratch)
    assert len(rows(home)) == 60


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8])
def test_killed_half_way_the_next_call_completes_it(home: Home, scratch: Path, seconds: float) -> None:
    many(scratch, 120)
    (scratch / "sacct.txt").write_text(
        "JobID|State|ElapsedRaw\n" + "".join(f"{job}|TIMEOUT|600\n" for job in range(120))
    )
    process = start(home, str(scratch))
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    index(home, scratch)
    found = rows(home)
    assert len(found) == 120
    assert {row["outcome"] for row in found} == {"timeout"}
    assert found == in_peace(home, scratch)


@pytest.mark.parametrize("batches", [1, 2])
def test_killed_between_batches_the_next_call_completes_it(
    home: Home, scratch: Path, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    many(scratch, 6)
    (scratch / "sacct.txt").write_text("JobID|State\n" + "".join(f"{job}|TIMEOUT\n" for job in range(6)))
    monkeypatch.setattr("ckreg.flows.index_round._BATCH", 3)

    def die(stand: object) -> None:
        if getattr(stand, "files", 0) > 3 * batches:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_logs(home, [scratch], DEFAULT_LOG_PATTERNS, tell=die)
    assert len(rows(home)) < 6
    index(home, scratch)
    found = rows(home)
    assert {row["outcome"] for row in found} == {"timeout"}
    assert found == in_peace(home, scratch)


def test_killed_before_the_scheduler_was_joined(
    home: Home, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(scratch, 2)
    (scratch / "sacct.txt").write_text("JobID|State\n0|TIMEOUT\n1|TIMEOUT\n")

    def killed(_cache: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("ckreg.flows.indexing.join_jobs", killed)
        with pytest.raises(KeyboardInterrupt):
            index(home, scratch)
    assert index(home, scratch).read == 0
    assert {row["outcome"] for row in rows(home)} == {"timeout"}


def test_killed_in_the_first_round_all_known_roots_are_read_the_next_time(
    home: Home, scratch: Path, tmp_path: Path
) -> None:
    many(scratch / "a", 2)
    done = subprocess.run(
        [*CKREG, "-C", str(home.root), "index", str(scratch)], capture_output=True, check=False
    )
    assert done.returncode == 0
    with sqlite3.connect(cache_path(home)) as connection:  # as if killed before its end
        connection.execute("DELETE FROM measurements")
        connection.execute("DELETE FROM logs")
        connection.execute("DELETE FROM facts WHERE name = 'complete'")
    connection.close()
    empty = tmp_path / "empty"
    empty.mkdir()
    assert index(home, empty).read == 2


def test_a_journal_of_a_writer_that_was_killed_is_played_back(home: Home, scratch: Path) -> None:
    many(scratch, 3)
    index(home, scratch)
    before = rows(home)
    script = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 1')\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "c.execute('UPDATE measurements SET outcome = ?', ['x' * 50_000])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(cache_path(home))], check=False)
    assert cache_path(home).with_name("cache.db-journal").stat().st_size > 0
    assert rows(home) == before


def test_a_full_disk_is_said_and_the_next_call_completes_it(home: Home, scratch: Path) -> None:
    index(home, scratch)  # nothing yet
    most = cache_path(home).stat().st_size + 16_384
    many(scratch, 40)
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "from ckreg.cli.main import main; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most})); "
        f"sys.exit(main(['-C', {str(home.root)!r}, 'index', {str(scratch)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 6, done.stderr
    assert "Is the disk full" in done.stderr
    index(home, scratch)
    assert rows(home) == in_peace(home, scratch)
    assert len(rows(home)) == 40


def test_a_state_folder_that_is_a_link_is_not_followed(home: Home, scratch: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    home.state.rename(tmp_path / "old")
    home.state.symlink_to(elsewhere)
    with pytest.raises(OutsideError, match="is a link"):
        index(home, scratch)
    assert list(elsewhere.iterdir()) == []


def test_a_lock_that_is_a_link_is_not_followed(home: Home, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    home.state.mkdir(exist_ok=True)
    (home.state / "cache.lock").symlink_to(precious)
    index(home, copied(tmp_path / "copy"))
    assert precious.read_text() == "kept"


def test_an_eval_log_of_inspect_ai_is_read_and_a_broken_one_listed(home: Home, scratch: Path) -> None:
    header = {
        "status": "success",
        "eval": {"task": "words", "model": "hf/tiny"},
        "results": {"total_samples": 4, "completed_samples": 4},
        "stats": {"started_at": "2026-11-02T09:00:00+00:00", "completed_at": "2026-11-02T09:00:10+00:00"},
    }
    with zipfile.ZipFile(scratch / "words.eval", "w") as archive:
        archive.writestr("header.json", json.dumps(header))
    (scratch / "broken.eval").write_bytes(b"PK\x03\x04 cut off")
    indexed = index(home, scratch / "words.eval", scratch / "broken.eval")
    assert [row["framework"] for row in rows(home)] == ["inspect_ai"]
    assert [Path(problem.path).name for problem in indexed.unreadable] == ["broken.eval"]
