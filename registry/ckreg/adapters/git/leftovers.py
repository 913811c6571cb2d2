"""Lock files that a killed git left: removes those that are surely dead, explains the rest."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.git.repo import Repo
from ckreg.adapters.tree import mount_at
from ckreg.core.mounts import is_network
from ckreg.errors import BusyError

_LOOKS = 40
_SECONDS_BETWEEN = 0.1
_UNCHANGED_LOOKS = 5
_HARMLESS = ("fsmonitor--daemon", "credential-cache", "daemon")


def clear_dead_locks(repo: Repo, since_ns: int, *, host: str) -> None:
    """See that no git of a killed ckreg holds anything up, which began its change at `since_ns` on `host`.

    The caller knows that no git of that ckreg lives. A lock file is removed where it came after the change
    began, stays as it is, and no git at all works on this repository on this host, which is that host. On a
    network filesystem it stays: the git of another host may hold it, which nobody can see from here.

    Raises:
        BusyError: a lock stays that may be another git's.
    """
    seen: dict[Path, int] = {}
    unchanged = 0
    only_here = host == os.uname().nodename and not _is_shared(repo.git_dir)
    for _ in range(_LOOKS):
        now = {lock: changed for lock, changed in _locks(repo) if changed >= since_ns}
        if not now:
            return
        unchanged = unchanged + 1 if now == seen else 0
        if unchanged >= _UNCHANGED_LOOKS and only_here and not git_may_work_on(repo):
            for lock in now:
                lock.unlink(missing_ok=True)
            return
        seen = now
        time.sleep(_SECONDS_BETWEEN)
    names = ", ".join(str(lock) for lock in now)
    raise BusyError(
        f"{names}: a git that was killed left this on {host}, or another git is at work. "
        f"If no git is running there, remove it, then try again."
    )


def _is_shared(folder: Path) -> bool:
    """Whether other hosts may see the folder, too."""
    mount = mount_at(folder)
    return mount is not None and is_network(mount.filesystem)


def _locks(repo: Repo) -> Iterator[tuple[Path, int]]:
    """The lock files that a `git commit` makes, each with its time of change in nanoseconds."""
    done = repo.call("symbolic-ref", "--quiet", "HEAD")
    branch = repo.call("rev-parse", "--git-path", f"{done.stdout.strip()}.lock").stdout.strip()
    named = (repo.git_dir / "index.lock", repo.git_dir / "HEAD.lock", repo.root / branch)
    for lock in (*named, *repo.git_dir.glob("next-index-*.lock")):
        with contextlib.suppress(OSError):
            yield lock, lock.stat().st_mtime_ns


def git_may_work_on(repo: Repo) -> bool:
    """Whether some git may be at work on this repository; True where no `/proc` tells."""
    top = repo.root.resolve()
    for _ in range(repo.prefix.count("/")):
        top = top.parent
    return not Path("/proc/self/cwd").exists() or any(_is_near(process, repo, top) for process in _gits())


def _gits() -> Iterator[Path]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name = (process / "comm").read_text().strip()
            zombie = ") Z " in (process / "stat").read_text()
            if (name == "git" or name.startswith("git-")) and not zombie:
                yield process


def _is_near(process: Path, repo: Repo, top: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        folder = Path(os.readlink(process / "cwd"))  # noqa: PTH115  # the link as it is
    except FileNotFoundError:
        return False  # it ended
    except OSError:
        return True  # another person's
    if any(word.startswith(_HARMLESS) for word in words[1:3]):
        return False
    elsewhere = not (folder.is_relative_to(top) or folder.is_relative_to(repo.git_dir.resolve()))
    return not elsewhere or any(word.startswith(("--git-dir", "--work-tree")) for word in words)
