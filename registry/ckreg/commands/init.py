"""`ckreg init`: make or adopt a git repository as a registry."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.config import load_settings
from ckreg.adapters.git import create, install_driver, is_repository, open_repo, refuse_bare, require_identity
from ckreg.adapters.git.asking import common_folder
from ckreg.adapters.sharing import share
from ckreg.adapters.tree import (
    EXPERIMENTS,
    PRIOR_RUNS,
    SETTINGS,
    SUMMARY,
    Home,
    find_home,
    read_text,
    remember_host,
)
from ckreg.core.journal import JOURNAL
from ckreg.core.results.values import RESULTS
from ckreg.core.settings import default_ckreg_toml
from ckreg.core.text import with_lines
from ckreg.errors import NotFoundError, OutsideError, RefusedError
from ckreg.flows.committing import Edit, commit_edits, finish_interrupted

IGNORED = (".ckreg/", "ckreg.local.toml", "claude.local.md")
ATTRIBUTES = (
    f"{SUMMARY} merge=ckreg diff=ckreg",
    f"{JOURNAL} merge=ckreg",
    f"{PRIOR_RUNS} merge=union",
    f"{EXPERIMENTS}/*/{RESULTS} merge=union",
)
KEEP = f"{EXPERIMENTS}/.gitkeep"


@dataclass(frozen=True, slots=True)
class Initialised:
    """A registry that was set up; `commit` is None where all was there already.

    Of one that was to be shared `closed` are the files that only their owners can open to the group.
    """

    root: Path
    new_repository: bool
    files: tuple[str, ...]
    commit: str | None
    closed: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file before and after; before is None where there is none."""

    path: str
    before: str | None
    after: str


def init(folder: Path, *, shared: bool = False) -> Initialised:
    """Set up a registry in `folder` and commit its own files, nothing else; `shared` opens it to its group.

    Raises:
        RefusedError: the folder lies inside another registry, or is a bare repository.
        MalformedError: it has a `ckreg.toml` that is none.
        OutsideError: git is missing or does not know who you are, or the folder cannot be written.
    """
    _refuse_inside_another(folder)
    require_identity(_nearest_folder(folder))
    _make(folder)
    refuse_bare(folder)
    home = Home(folder)
    load_settings(home)  # a ckreg.toml that is there already must be one
    new_repository = not is_repository(folder)
    if new_repository:
        create(folder, shared=shared)
    finish_interrupted(home)
    new_state = not home.state.exists()
    try:
        remember_host(home)
        commit = commit_edits(home, _edits(folder), "ckreg: set up the registry\n")
    except BaseException:
        if new_state:
            shutil.rmtree(home.state, ignore_errors=True)
        raise
    install_driver(open_repo(folder))
    closed = _share(home) if shared else ()
    return Initialised(folder, new_repository, _files(folder, commit), commit, closed)


def init_preview(folder: Path) -> list[PlannedFile]:
    """The files that `init` would make or change."""
    _refuse_inside_another(folder)
    before = {path: _text(folder / path) for path in _edits(folder)}
    planned = [PlannedFile(path, before[path], edit(before[path])) for path, edit in _edits(folder).items()]
    return [file for file in planned if file.before != file.after]


def _share(home: Home) -> tuple[Path, ...]:
    """Let the group of the registry's folder write all of the clone; what others own and must open."""
    repo = open_repo(home.root)
    repo.run("config", "core.sharedRepository", "group")
    return tuple(share(home, common_folder(repo)))


def _edits(folder: Path) -> Mapping[str, Edit]:
    settings = _text(folder / SETTINGS) or default_ckreg_toml()
    edits: dict[str, Edit] = {
        SETTINGS: lambda old: settings if old is None else old,
        ".gitignore": lambda old: with_lines(old, IGNORED),
        ".gitattributes": lambda old: with_lines(old, ATTRIBUTES),
    }
    if not any((folder / EXPERIMENTS).glob("*")):
        edits[KEEP] = lambda old: old or ""
    return edits


def _files(folder: Path, commit: str | None) -> tuple[str, ...]:
    if commit is None:
        return ()
    return tuple(
        open_repo(folder).run("show", "--format=", "--name-only", "--relative", commit).split("\n")[:-1]
    )


def _refuse_inside_another(folder: Path) -> None:
    try:
        root = find_home(folder).root
    except NotFoundError:
        return
    if root != folder:
        raise RefusedError(
            f"{folder} lies in the registry {root}. Use that one, or choose a folder outside it."
        )


def _nearest_folder(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.is_dir())


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutsideError(f"{folder} cannot be made: {error.strerror}.") from error


def _text(path: Path) -> str | None:
    return read_text(path) if path.is_file() else None
