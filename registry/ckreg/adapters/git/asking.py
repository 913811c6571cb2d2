"""What `ckreg doctor` asks git: its version, who commits, settings, what is tracked, whether it is free."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.git.repo import Repo, call_git, last_words
from ckreg.errors import OutsideError


def git_version() -> str | None:
    """What `git --version` prints, None where there is no git."""
    try:
        return call_git(Path("/"), "--version").stdout.strip()
    except OutsideError:
        return None


def committer(folder: Path) -> str | None:
    """Who would commit here, `Name <address> time`; None where git would have to guess."""
    done = call_git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    return None if done.returncode else done.stdout.strip()


def why_not(folder: Path) -> str:
    """Why git does not work in a folder, empty where it does."""
    done = call_git(folder, "rev-parse", "--git-dir")
    return last_words(done) if done.returncode else ""


def git_config(folder: Path, name: str) -> str | None:
    """A setting of git as it holds in a folder, None where there is none."""
    done = call_git(folder, "config", "--get", name)
    return None if done.returncode else done.stdout.removesuffix("\n")


def tracked_paths(repo: Repo, *paths: str) -> list[str]:
    """Which files under these paths (relative to the registry) are in git's index."""
    return [path for path in repo.run("ls-files", "-z", "--", *paths).split("\0") if path]


def tracks_any(folder: Path) -> bool:
    """Whether some git, the registry's or another, has files of this folder in its index."""
    done = call_git(folder, "ls-files", "-z", "--", ".")
    return done.returncode == 0 and bool(done.stdout)


def attribute(repo: Repo, name: str, path: str) -> str:
    """A git attribute of a path, `unspecified` where there is none."""
    return repo.run("check-attr", "-z", name, "--", path).split("\0")[2]


def is_detached(repo: Repo) -> bool:
    """Whether HEAD is on no branch."""
    return repo.call("symbolic-ref", "--quiet", "HEAD").returncode != 0


def common_folder(repo: Repo) -> Path:
    """The git folder that all worktrees share."""
    return (repo.root / repo.run("rev-parse", "--git-common-dir").strip()).resolve()


def index_lock_age(repo: Repo) -> float | None:
    """Seconds since git's `index.lock` was made, None where there is none."""
    try:
        return time.time() - (repo.git_dir / "index.lock").stat().st_mtime
    except FileNotFoundError:
        return None


def git_runs_in(repo: Repo) -> bool | None:
    """Whether a git works in this work tree on this host; None where that of another person may."""
    top = Path(repo.run("rev-parse", "--show-toplevel").strip()).resolve()
    places = list(_places_of_gits())
    if any(place and place.is_relative_to(top) for place in places):
        return True
    return None if None in places else False


def _places_of_gits() -> Iterator[Path | None]:
    """The folders in which gits run; None for one that does not let us see it."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if not (process / "comm").read_text(errors="replace").startswith("git"):
                continue
            yield Path(os.readlink(process / "cwd"))  # noqa: PTH115  # with what the kernel adds for deleted ones
        except PermissionError:
            yield None
        except OSError:
            continue  # it ended meanwhile
