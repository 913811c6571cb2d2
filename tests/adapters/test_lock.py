"""The registry's lock with real processes, in both its kinds."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home, kind, lock, lock_choice, locked
from ckreg.adapters.tree.holders import this_process
from ckreg.core.holding import read_holder
from ckreg.errors import BusyError, MalformedError

KINDS = ("flock", "link")
COUNT = """
import sys
from pathlib import Path
from ckreg.adapters.tree import Home, locked
counter = Path(sys.argv[1], "counter")
for _ in range(int(sys.argv[2])):
    with locked(Home(Path(sys.argv[1])), timeout_seconds=60):
        counter.write_text(str(int(counter.read_text()) + 1))
"""
HOLD = """
import sys
from pathlib import Path
from ckreg.adapters.tree import Home, locked
with locked(Home(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A folder with `.ckreg/` in which one kind of lock is recorded."""
    home = Home(tmp_path)
    home.state.mkdir()
    (home.state / "lock.kind").write_text(
        f"{request.param} {'nfs4' if request.param == 'link' else 'ext4'}\n"
    )
    return home


@contextmanager
def holding(home: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    words = [sys.executable, "-c", HOLD, str(home.root)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_processes_exclude_each_other(place: Home) -> None:
    (place.root / "counter").write_text("0")
    words = [sys.executable, "-c", COUNT, str(place.root), "25"]
    counting = [subprocess.Popen(words) for _ in range(4)]
    assert [process.wait() for process in counting] == [0, 0, 0, 0]
    assert (place.root / "counter").read_text() == "100"
    left = {path.name for path in place.state.iterdir()}
    assert left <= {"lock", "lock.kind"}


def test_who_holds_it_is_said(place: Home) -> None:
    with holding(place) as process:
        with pytest.raises(BusyError) as raised, locked(place, timeout_seconds=0.05):
            pass
        me = this_process()
        assert f"is held by {me.person} on {os.uname().nodename}, process {process.pid}, since 20" in str(
            raised.value
        )
        assert str(raised.value).endswith("Try again when it is done.")


def test_a_lock_given_back_can_be_had(place: Home) -> None:
    with holding(place) as process:
        process.communicate("")
    with locked(place, timeout_seconds=5):
        pass


def test_a_failure_inside_stays_what_it_is(place: Home) -> None:
    with pytest.raises(PermissionError, match="inside"), locked(place):
        raise PermissionError("inside")
    with locked(place, timeout_seconds=0):
        pass


def test_the_kernel_gives_back_what_a_killed_process_held(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with holding(home) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with locked(home, timeout_seconds=5):
            assert lock.holder_of(home, lock_choice(home).kind) is not None
    assert not (home.state / "lock.holder").exists()


def test_a_dead_holder_is_explained_and_stays(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.state.mkdir()
    (home.state / "lock.kind").write_text("link nfs4\n")
    with holding(home) as process:
        process.kill()
        process.wait()
    before = (home.state / "lock").read_bytes()
    with pytest.raises(BusyError, match=r"has ended without giving it back.*--break-lock"), locked(home):
        pass
    assert (home.state / "lock").read_bytes() == before


def test_a_holder_on_another_host_is_not_judged(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.state.mkdir()
    (home.state / "lock.kind").write_text("link nfs4\n")
    (home.state / "lock").write_text(replace(this_process(), host="node17", pid=1).text())
    said = "on node17, process 1, .*nobody can say whether it still runs"
    with pytest.raises(BusyError, match=said), locked(home, timeout_seconds=0.05):
        pass


def test_who_lost_the_lock_leaves_the_next_holders_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.state.mkdir()
    (home.state / "lock.kind").write_text("link nfs4\n")
    with locked(home):
        (home.state / "lock").unlink()  # as a person may, with `ckreg doctor --break-lock`
        (home.state / "lock").write_text("somebody else's")
    assert (home.state / "lock").read_text() == "somebody else's"


def test_who_lost_its_own_file_gives_the_lock_back_all_the_same(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.state.mkdir()
    (home.state / "lock.kind").write_text("link nfs4\n")
    with locked(home):
        for own in home.state.glob(".lock.*"):
            own.unlink()  # as `ckreg doctor --fix` does with what is old
    assert not (home.state / "lock").exists()


def test_the_first_use_records_the_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(f"1 0 0:1 / {tmp_path} rw - nfs4 nas:/x rw\n")
    monkeypatch.setattr(kind, "MOUNTINFO", mountinfo)
    home = Home(tmp_path)
    with locked(home):
        holder = read_holder((home.state / "lock").read_text())
        assert holder is not None
        assert holder.pid == os.getpid()
    assert (home.state / "lock.kind").read_text() == "link nfs4\n"
    mountinfo.unlink()
    assert lock_choice(home).kind == "link"  # what is recorded goes before what is seen


HOSTILE = ["", "soft ext4\n", "\x1b[2J", "flock " + "x" * 100_000]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:9]))
def test_a_hostile_record_is_explained(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path)
    home.state.mkdir()
    (home.state / "lock.kind").write_text(text)
    with pytest.raises(MalformedError, match=r"lock\.kind:1: .*Remove"), locked(home):
        pass


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    home = Home(tmp_path / "registry")
    home.state.mkdir(parents=True)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (home.state / "lock.kind").symlink_to(victim)
    with pytest.raises(MalformedError, match="is a link"), locked(home):
        pass
    (home.state / "lock.kind").unlink()
    os.mkfifo(home.state / "lock.kind")
    with pytest.raises(MalformedError, match="is no file"), locked(home):
        pass
    (home.state / "lock.kind").unlink()
    (home.state / "lock").symlink_to(victim)
    with pytest.raises(MalformedError, match="is a link"), locked(home):
        pass
    (home.state / "lock").unlink()
    (home.state / "lock.holder").symlink_to(victim)
    with locked(home):
        pass
    assert victim.read_text() == "mine"


def test_a_state_folder_behind_a_link_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    home = Home(tmp_path / "registry")
    home.root.mkdir()
    home.state.symlink_to(elsewhere)
    with pytest.raises(MalformedError, match=r"\.ckreg is a link"), locked(home):
        pass
    assert list(elsewhere.iterdir()) == []
