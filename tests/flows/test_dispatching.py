"""Logs that an array job read: whatever tasks gave, the cache is as if one node had read all."""

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ckreg.adapters import shards
from ckreg.adapters.cache import open_cache, remember_roots
from ckreg.adapters.slurm import Slurm
from ckreg.adapters.tree import Home
from ckreg.core.settings import DEFAULT_LOG_PATTERNS
from ckreg.errors import OutsideError, RefusedError
from ckreg.flows.caching import cache_path
from ckreg.flows.dispatching import Progress, Shared, send_out, share_out, wait_for_tasks
from ckreg.flows.indexing import How, Indexed, index_logs
from ckreg.flows.shard_reading import read_shard
from tests.logs import LOG, copied
from tests.stand_ins import StandIn

SLURM = Slurm()
TABLES = ("logs", "measurements", "jobs")


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "bin", monkeypatch)


@pytest.fixture
def scratch(home: Home, tmp_path: Path) -> Path:
    """The bundled logs, a copy of one, one whose name is no UTF-8, an empty one and one of two jobs."""
    folder = copied(tmp_path / "scratch")
    text = (folder / LOG).read_bytes()
    (folder / "copies" / Path(LOG).parent.name).mkdir(parents=True)
    shutil.copy(folder / LOG, folder / "copies" / Path(LOG).parent.name)
    (folder / "slurm-\udcff\x1b[31m.out").write_bytes(text[:9000])
    (folder / "slurm-7.out").touch()
    (folder / "slurm-8.out").write_bytes(text + text.replace(b"19", b"20"))
    remember_roots(home, [folder])
    return folder


def index(home: Home, root: Path, how: How = How()) -> Indexed:  # noqa: B008  # a value that does not change
    return index_logs(home, [root], DEFAULT_LOG_PATTERNS, how)


def send(home: Home, root: Path, number: int, *, rebuild: bool = False) -> Shared:
    planned = share_out(home, [root], DEFAULT_LOG_PATTERNS, number, SLURM, rebuild=rebuild)
    send_out(home, planned, SLURM, rebuild=rebuild)
    return planned


def lists(home: Home, planned: Shared) -> list[Path]:
    folder = shards.folder_of(home, planned.id)
    return [shards.list_of(folder, task) for task in range(len(planned.lists))]


def contents(home: Home) -> dict[str, list[dict[str, object]]]:
    """Whole tables, whatever the order in which their rows came in."""
    with open_cache(cache_path(home)) as cache:
        return {
            table: sorted(cache.rows(f"SELECT * FROM {table}"), key=repr)  # noqa: S608  # our own names
            for table in TABLES
        }


@pytest.fixture
def on_one_node(home: Home, scratch: Path) -> dict[str, list[dict[str, object]]]:
    """What an index without any tasks gives; the cache is gone again."""
    index(home, scratch)
    found = contents(home)
    cache_path(home).unlink()
    return found


Contents = dict[str, list[dict[str, object]]]


@pytest.mark.parametrize("number", [1, 3, 7])
@pytest.mark.usefixtures("slurm")
def test_equals_an_index_made_on_one_node(
    home: Home, scratch: Path, on_one_node: Contents, number: int
) -> None:
    planned = send(home, scratch, number)
    assert len(planned.lists) == number
    given = [found.path for found in itertools.chain(*planned.lists)]
    assert (
        len(given) == len(set(given)) == len(on_one_node["logs"]) - 1
    )  # sacct.txt is read where it is taken in
    for listed in lists(home, planned):
        read_shard(home, listed)
    indexed = index(home, scratch)
    assert indexed.by_tasks == planned.logs
    assert contents(home) == on_one_node
    again = index(home, scratch)
    assert (again.read, again.unchanged) == (0, planned.logs)
    assert contents(home) == on_one_node
    assert not (home.state / "index").exists()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_in_any_order_and_taken_in_as_they_come(
    home: Home, scratch: Path, slurm: StandIn, on_one_node: Contents, order: tuple[int, ...]
) -> None:
    planned = send(home, scratch, 3)
    listed = lists(home, planned)
    for place, task in enumerate(order, 1):
        slurm.says("squeue", "\n".join(f"101_{each}|101|RUNNING|None|now|x" for each in order[place:]))
        read_shard(home, listed[task])
        first = index(home, scratch)
        assert first.by_tasks == len(planned.lists[task])
        assert first.left == sum(len(planned.lists[each]) for each in order[place:])
        if listed[task].exists():  # a task that was started twice
            read_shard(home, listed[task])
            assert index(home, scratch).read == 0
    assert contents(home) == on_one_node
    assert not (home.state / "index").exists()


def test_what_no_task_gave_is_named_and_read_here(
    home: Home, scratch: Path, slurm: StandIn, on_one_node: Contents
) -> None:
    planned = send(home, scratch, 3)
    first, second, _third = lists(home, planned)
    read_shard(home, first)
    read_shard(home, second)
    whole = shards.result_of(second).read_bytes()
    shards.result_of(second).write_bytes(whole[: len(whole) // 2])
    (first.parent / "shard-2.out").write_text("slurmstepd: error: *** DUE TO TIME LIMIT \x1b[31m***\n")
    slurm.says("squeue", "")
    waited = index(home, scratch, How(leave_missing=True))
    missing = len(planned.lists[1]) + len(planned.lists[2])
    assert (waited.by_tasks, waited.left) == (len(planned.lists[0]), missing)
    [said] = waited.task_notes
    assert said.startswith(
        "Job 101: 2 of 3 tasks gave nothing, 1, 2 (slurmstepd: error: *** DUE TO TIME LIMIT "
    )
    assert "\x1b" not in said
    indexed = index(home, scratch)
    assert (indexed.read, indexed.left, indexed.task_notes) == (missing, 0, ())
    assert contents(home) == on_one_node


@pytest.mark.usefixtures("slurm")
def test_a_log_that_changed_since_is_read_again(home: Home, scratch: Path) -> None:
    planned = send(home, scratch, 2)
    with (scratch / "slurm-7.out").open("a") as log:
        log.write("slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-11-23T09:39:09 ***\n")
    for listed in lists(home, planned):
        read_shard(home, listed)
    with (scratch / LOG).open("a") as log:
        log.write("slurmstepd: error: *** JOB 19 ON n1 CANCELLED AT 2026-11-23T09:39:09 ***\n")
    indexed = index(home, scratch)
    assert (indexed.read, indexed.by_tasks) == (planned.logs, planned.logs - 2)
    got = contents(home)
    index(home, scratch, How(rebuild=True))
    assert got == contents(home)


def hostile(lines: list[bytes]) -> Iterable[tuple[str, bytes]]:
    first: dict[str, Any] = json.loads(lines[0])
    elsewhere = [json.dumps({**json.loads(line), "path": "/etc/passwd"}).encode() for line in lines[:-1]]
    yield "foreign paths", b"\n".join([*elsewhere, lines[-1], b""])
    for name, value in {
        "fingerprint": 7,
        "reader_version": "1",
        "measurements": [{"outcome": "evil"}],
        "size": -1,
        "inode": None,
    }.items():
        changed = json.dumps({**first, name: value}).encode()
        yield name, b"\n".join([changed, *lines[1:], b""])
    yield "deep", b"\n".join([b"[" * 100_000, *lines[1:], b""])
    yield "no lines", b""
    yield "bytes", b"\xff\xfe\x00" * 999
    yield "more than it says", b"\n".join([lines[0], *lines, b""])


def test_strange_results_say_nothing(
    home: Home, scratch: Path, slurm: StandIn, on_one_node: Contents
) -> None:
    planned = send(home, scratch, 1)
    [listed] = lists(home, planned)
    read_shard(home, listed)
    lines = shards.result_of(listed).read_bytes().splitlines()
    for name, data in hostile(lines):
        cache_path(home).unlink(missing_ok=True)
        listed.parent.mkdir(parents=True, exist_ok=True)
        shards.write_job(home, shards.Job(planned.id, 1, 0.0, "101"))
        shards.result_of(listed).write_bytes(data)
        slurm.says("squeue", "")
        index(home, scratch)
        assert contents(home) == on_one_node, name


def test_links_and_pipes_are_neither_followed_nor_waited_for(
    home: Home, scratch: Path, slurm: StandIn, on_one_node: Contents, tmp_path: Path
) -> None:
    planned = send(home, scratch, 2)
    first, second = lists(home, planned)
    os.mkfifo(shards.result_of(first))
    shards.result_of(second).symlink_to("/dev/zero")
    (home.state / "index" / "0123abcd").symlink_to(tmp_path)
    slurm.says("squeue", "")
    index(home, scratch)
    assert contents(home) == on_one_node
    assert tmp_path.is_dir()


@pytest.mark.usefixtures("slurm")
def test_what_came_with_a_clone_is_not_believed(
    home: Home, scratch: Path, on_one_node: Contents, git: Callable[..., str]
) -> None:
    planned = send(home, scratch, 1)
    git(home.root, "add", "--force", ".ckreg/index")
    with pytest.raises(RefusedError, match="git tracks"):
        read_shard(home, lists(home, planned)[0])
    with pytest.raises(RefusedError, match="git tracks"):
        send(home, scratch, 1)
    [said] = index(home, scratch).task_notes
    assert "git tracks .ckreg/index/" in said
    assert contents(home) == on_one_node


@pytest.mark.usefixtures("slurm")
def test_only_lists_of_the_registry_are_read(home: Home, scratch: Path, tmp_path: Path) -> None:
    planned = send(home, scratch, 1)
    [listed] = lists(home, planned)
    shutil.copy(listed, tmp_path / "shard-0")
    (listed.parent / "shard-1").symlink_to(tmp_path / "shard-0")
    for path in (tmp_path / "shard-0", listed.parent / "shard-1", listed.with_name("job.json")):
        with pytest.raises(RefusedError, match="is no list"):
            read_shard(home, path)


def test_while_tasks_run_or_nobody_answers_their_logs_are_left(
    home: Home, scratch: Path, slurm: StandIn
) -> None:
    planned = send(home, scratch, 2)
    slurm.says("squeue", "101_[0-1]|101|PENDING|Priority|now|x")
    indexed = index(home, scratch)
    assert (indexed.left, indexed.read) == (planned.logs, 0)
    assert indexed.task_notes == ("Job 101 still reads: 0 of 2 tasks have finished.",)
    slurm.fails("squeue", "slurm_load_jobs error: Unable to contact slurm controller\n")
    indexed = index(home, scratch)
    assert indexed.left == planned.logs
    assert f"`rm -r {home.state}/index/{planned.id}` gives it up." in indexed.task_notes[0]
    second = share_out(home, [scratch], DEFAULT_LOG_PATTERNS, 2, SLURM)
    assert (second.lists, second.left) == ((), planned.logs)
    assert index(home, scratch, How(full=True)).read == planned.logs


def test_a_sender_that_was_killed(
    home: Home, scratch: Path, slurm: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = share_out(home, [scratch], DEFAULT_LOG_PATTERNS, 1, SLURM)
    slurm.says("sbatch", "")
    (slurm.folder / "refuse").write_text("sbatch: error: Unable to contact slurm controller\n")
    with pytest.raises(OutsideError):
        send_out(home, planned, SLURM)
    assert index(home, scratch).left == planned.logs  # it may have arrived
    monkeypatch.setattr("ckreg.flows.elsewhere._SENDING_SECONDS", -1.0)
    monkeypatch.setattr("ckreg.flows.elsewhere._CLOCKS_DIFFER", 0.0)
    assert index(home, scratch).read == planned.logs
    assert not (home.state / "index").exists()


def test_a_refusal_leaves_nothing(home: Home, scratch: Path, slurm: StandIn) -> None:
    (slurm.folder / "refuse").write_text("sbatch: error: invalid partition specified: nope\n")
    with pytest.raises(RefusedError, match="partition"):
        send(home, scratch, 2, rebuild=True)
    assert not (home.state / "index").exists()


@pytest.mark.usefixtures("slurm")
def test_a_rebuild_begins_with_an_empty_cache_once_the_job_is_sent(home: Home, scratch: Path) -> None:
    index(home, scratch)
    whole = contents(home)
    planned = send(home, scratch, 2, rebuild=True)
    assert contents(home)["logs"] == []
    for listed in lists(home, planned):
        read_shard(home, listed)
    assert index(home, scratch).by_tasks == planned.logs
    assert contents(home) == whole


def test_waiting_ends_when_no_task_waits_or_runs(home: Home, scratch: Path, slurm: StandIn) -> None:
    wait_for_tasks(home, SLURM)
    planned = send(home, scratch, 2)
    slurm.says("squeue", "101_0|101|COMPLETED|None|now|x\n101_1|101|FAILED|NonZeroExitCode|now|x")
    seen: list[Progress] = []
    wait_for_tasks(home, SLURM, seen.append)
    assert seen == [Progress(finished=0, tasks=2, under_way=0)]
    for listed in lists(home, planned):
        read_shard(home, listed)
    calls = len(slurm.called("squeue"))
    wait_for_tasks(home, SLURM)
    assert len(slurm.called("squeue")) == calls


def test_max_submit_and_the_largest_array_are_kept(
    home: Home, scratch: Path, slurm: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    slurm.says("scontrol", "MaxArraySize = 4")
    assert len(share_out(home, [scratch], DEFAULT_LOG_PATTERNS, 9, SLURM).lists) == 4
    monkeypatch.setenv("CKREG_MAX_SUBMIT", "3")
    slurm.says("squeue", "1\n")
    assert len(share_out(home, [scratch], DEFAULT_LOG_PATTERNS, 9, SLURM).lists) == 2
    slurm.says("squeue", "1\n2\n3\n")
    with pytest.raises(RefusedError, match="max_submit is 3"):
        share_out(home, [scratch], DEFAULT_LOG_PATTERNS, 9, SLURM)
