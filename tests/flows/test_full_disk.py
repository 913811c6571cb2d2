"""A disk that is full or read-only: all is as before, or the next call with room brings it there."""

import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.errors import OutsideError
from ckreg.flows.committing import finish_interrupted
from tests.documents import EXPERIMENT, SUMMARY
from tests.faults import Point, failing_at, points, strace_works

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
NOTE = ("status", "set", EXPERIMENT, "L1B_rank4", "--note", "survives")
UNFINISHED = "- a line that nobody has finis"


def sides(home: Home, git: Git) -> tuple[str, str, str]:
    return (
        git(home.root, "show", f"HEAD:{DOCUMENT}"),
        git(home.root, "show", f":{DOCUMENT}"),
        (home.root / DOCUMENT).read_text(),
    )


@pytest.mark.parametrize("unfinished", ["", UNFINISHED])
@pytest.mark.parametrize("room", [0, 100, 3000])
def test_without_room_for_a_file_all_is_as_before(home: Home, git: Git, room: int, unfinished: str) -> None:
    (home.root / DOCUMENT).write_text(SUMMARY + unfinished)
    before = sides(home, git)

    def confined() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    done = subprocess.run(
        [sys.executable, "-m", "ckreg", "-C", str(home.root), *NOTE],
        preexec_fn=confined,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == OutsideError.exit_code, done.stderr
    assert "Traceback" not in done.stderr
    finish_interrupted(home)
    assert sides(home, git) == before
    assert not list(home.root.rglob("*ckreg-*"))
    assert not list((home.root / ".git").rglob("*.lock"))
    assert git(home.root, "fsck", "--no-dangling") == ""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def moved(home: Home, disk: Path) -> Home:
    shutil.copytree(home.root, disk / "registry")
    return Home(disk / "registry")


def noted(home: Home) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "ckreg", "-C", str(home.root), *NOTE]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("unfinished", ["", UNFINISHED])
def test_whenever_the_disk_becomes_full(home: Home, git: Git, disk: Path, unfinished: str) -> None:
    (home.root / DOCUMENT).write_text(SUMMARY + unfinished)
    home = moved(home, disk)
    before, ends = sides(home, git), set()
    for pages in range(60):
        full = disk / "full"
        room = shutil.disk_usage(disk).free - pages * 4096
        full.write_bytes(bytes(room))
        done = noted(home)
        full.unlink()
        assert done.returncode in {0, OutsideError.exit_code}, done.stderr
        ends.add(done.returncode)
        finish_interrupted(home)
        if done.returncode == 0:
            assert sides(home, git) != before
            break
        assert sides(home, git) == before, f"{pages} pages: {done.stderr}"
        assert not list(home.root.rglob("*ckreg-*"))
        assert not list((home.root / ".git").rglob("*.lock"))
        assert git(home.root, "fsck", "--no-dangling") == ""
    assert ends == {0, OutsideError.exit_code}


def test_on_a_disk_that_is_read_only_nothing_is_tried(home: Home, git: Git, disk: Path) -> None:
    home = moved(home, disk)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    done = noted(home)
    assert done.returncode == OutsideError.exit_code
    assert done.stderr.count("\n") == 1
    assert "Read-only file system" in done.stderr
    assert sides(home, git) == (SUMMARY,) * 3


@pytest.mark.skipif(not strace_works(), reason="strace is not here, or may not trace")
@pytest.mark.slow
@pytest.mark.parametrize("unfinished", ["", UNFINISHED])
@pytest.mark.parametrize("error", ["ENOSPC", "EROFS", "EIO"])
def test_from_any_point_on(home: Home, git: Git, tmp_path: Path, error: str, unfinished: str) -> None:
    (home.root / DOCUMENT).write_text(SUMMARY + unfinished)
    template, root = tmp_path / "template", home.root
    root.rename(template)
    shutil.copytree(template, root)
    before = sides(home, git)
    found = points(NOTE, root, tmp_path / "strace.log")
    after = sides(home, git)
    failed = []
    for point in [point for point in found if point.call in {"mkdir", "link", "rename", "fsync"}]:
        shutil.rmtree(root)
        shutil.copytree(template, root)
        if wrong := _look(home, git, point, error, (before, after)):
            failed.append(f"{point}: {wrong}")
    assert not failed, "\n".join(failed)


def _look(home: Home, git: Git, point: Point, error: str, allowed: tuple[object, object]) -> str | None:
    done = failing_at(point, error, NOTE, home.root)
    if "Traceback" in done.stderr or done.returncode not in {0, OutsideError.exit_code}:
        return f"exit {done.returncode}: {done.stderr}"
    finish_interrupted(home)
    now = sides(home, git)
    if now not in allowed or (done.returncode == 0 and now != allowed[1]):
        return f"exit {done.returncode}, neither before nor after: {done.stderr}"
    if git(home.root, "fsck", "--no-dangling"):
        return "git fsck complains"
    left = [path.name for path in (home.root / ".git").rglob("*.lock")]
    left += [path.name for path in home.root.rglob("*ckreg-*")]
    return f"left behind: {left}" if left else None
