"""Commits a change of some files and nothing else.

The change is applied to the committed, the staged and the working text, each for itself, so that what a
person has staged or not finished stays exactly that. Where the three agree, `git commit -o` does it;
elsewhere a temporary index, `commit-tree` and `update-ref` with the old value.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

from ckreg.adapters.git.repo import NO_IDENTITY, Repo, last_words
from ckreg.adapters.tree import read_text, replace_text
from ckreg.errors import BusyError, CkregError, OutsideError, RefusedError

_SAFE = ("-c", "core.fsync=added,reference", "-c", "commit.gpgsign=false", "-c", "gc.auto=0")
_ENV = {"CKREG_COMMIT": "1"}  # our own hook stubs leave at once: ckreg has checked already
_TRIES = 12
_WAIT_SECONDS = 0.1
_NEW_FILE = "100644"
# git-status(1), "Porcelain Format Version 2": changed, unmerged, untracked, ignored.
_COLUMNS_BEFORE_PATH = {"1": 8, "u": 10, "?": 1, "!": 1}


class Texts(NamedTuple):
    """A file as committed in HEAD, as staged and as it lies in the folder; None where it is not."""

    committed: str | None
    staged: str | None
    working: str | None

    def map(self, edit: Callable[[str | None], str | None]) -> "Texts":
        """Each of the three edited for itself; once where they agree."""
        committed = edit(self.committed)
        staged = committed if self.staged == self.committed else edit(self.staged)
        working = committed if self.working == self.committed else edit(self.working)
        return Texts(committed, staged, working)


class Change(NamedTuple):
    """The new texts by path, relative to the registry, and the commit's message."""

    texts: Mapping[str, Texts]
    message: str


class _Standing(NamedTuple):
    """The commit of HEAD (None before the first), and the paths that are new or whose texts do not agree."""

    head: str | None
    dirty: set[str]


class _TryAgainError(CkregError):
    """Somebody committed or held the index at the same moment."""


def commit_change(
    repo: Repo, paths: Sequence[str], plan: Callable[[Mapping[str, Texts]], Change]
) -> str | None:
    """Commit what `plan` makes of the files; it is asked again if somebody commits at the same moment.

    Returns:
        The commit's id, None where nothing changed.

    Raises:
        BusyError: git is in the middle of a merge or the like, HEAD is detached, or somebody holds the index.
        RefusedError: a hook refused. Files, index and history are as before.
        OutsideError: git failed, or a file cannot be written. Files, index and history are as before.
    """
    refuse_unless_free(repo)
    for attempt in range(_TRIES):
        try:
            return _commit_once(repo, paths, plan)
        except _TryAgainError as error:
            reason = str(error)
            time.sleep(_WAIT_SECONDS * (attempt + 1) / 2)
    raise BusyError(
        f"{repo.root}: git stayed busy: {reason}. If no git is running, remove {repo.git_dir / 'index.lock'}."
    )


def refuse_unless_free(repo: Repo) -> None:
    """See that git is in the middle of nothing and HEAD is on a branch.

    Raises:
        BusyError: it is not.
    """
    if operation := repo.under_way():
        raise BusyError(f"{repo.root}: git is in the middle of {operation}. Finish it, then try again.")
    if repo.call("symbolic-ref", "--quiet", "HEAD").returncode:
        raise BusyError(f"{repo.root}: HEAD is detached. `git switch` to a branch, then try again.")


def _commit_once(
    repo: Repo, paths: Sequence[str], plan: Callable[[Mapping[str, Texts]], Change]
) -> str | None:
    for path in paths:
        refuse_link(repo, path)
    index = _index_at_rest(repo)
    head, dirty = _standing(repo, paths)
    old = {path: _texts(repo, path, dirty=path in dirty) for path in paths}
    if _index_at_rest(repo) != index:
        raise _TryAgainError("the index is being changed")
    change = plan(old)
    new = {path: texts for path, texts in change.texts.items() if texts != old[path]}
    if not new:
        return None
    if not dirty & set(new) and all(old[path].committed is not None for path in new):
        return _commit_files(repo, old, new, change.message)
    return _commit_texts(repo, head, old, new, change.message)


def _index_at_rest(repo: Repo) -> tuple[int, int] | None:
    """The index file's identity while no git is about to replace it; None before the first.

    A `git commit` changes HEAD first and the index after: read in between, they would contradict each other.
    """
    if (repo.git_dir / "index.lock").exists():
        raise _TryAgainError(f"{repo.git_dir / 'index.lock'} is there")
    try:
        index = (repo.git_dir / "index").stat()
    except FileNotFoundError:
        return None
    return index.st_ino, index.st_mtime_ns


def _standing(repo: Repo, paths: Sequence[str]) -> _Standing:
    asked = ("--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all", "--ignored", "--")
    entries = [entry for entry in repo.run("status", *asked, *paths).split("\0") if entry]
    head = next((entry.split(" ")[2] for entry in entries if entry.startswith("# branch.oid ")), None)
    files = [entry for entry in entries if entry[0] in _COLUMNS_BEFORE_PATH]
    tops = {entry.split(" ", _COLUMNS_BEFORE_PATH[entry[0]])[-1] for entry in files}
    dirty = {path for path in paths if repo.prefix + path in tops}
    return _Standing(None if head == "(initial)" else head, dirty)


def refuse_link(repo: Repo, path: str) -> None:
    """See that neither a file nor a folder above it is a link: a registry must not make us write elsewhere.

    Raises:
        RefusedError: one is.
    """
    if (repo.root / path).resolve() != repo.root.resolve() / path:
        raise RefusedError(
            f"{repo.root / path} is a link, or lies behind one: ckreg writes through no links."
        )


def _texts(repo: Repo, path: str, *, dirty: bool) -> Texts:
    file = repo.root / path
    working = read_text(file) if file.is_file() else None
    if not dirty and working is not None:
        return Texts(working, working, working)
    return Texts(_blob(repo, f"HEAD:./{path}"), _blob(repo, f":./{path}"), working)


def _blob(repo: Repo, name: str) -> str | None:
    done = repo.call("cat-file", "blob", name)
    return done.stdout if done.returncode == 0 else None


def _commit_files(repo: Repo, old: Mapping[str, Texts], new: Mapping[str, Texts], message: str) -> str:
    with _restored_on_failure(repo, new):
        for path, texts in new.items():
            _refuse_changed(repo.root / path, old[path].working)
            replace_text(repo.root / path, texts.working or "")
        done = repo.call(
            *_SAFE, "commit", "--quiet", "--only", "--file=-", "--", *new, stdin=message, env=_ENV
        )
        if done.returncode:
            raise _failure(done)
    return repo.run("rev-parse", "HEAD").strip()


def _refuse_changed(file: Path, before: str | None) -> None:
    # An editor may have saved the file since it was read.
    if before is not None and read_text(file) != before:
        raise _TryAgainError(f"{file} is being edited")


@contextlib.contextmanager
def _restored_on_failure(repo: Repo, paths: Iterable[str]) -> Iterator[None]:
    before = {
        path: (repo.root / path).read_bytes() if (repo.root / path).exists() else None for path in paths
    }
    try:
        yield
    except BaseException:
        for path, content in before.items():
            _put_back(repo.root / path, content)
        raise


def _put_back(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a folder that was made for the file goes with it
            file.parent.rmdir()
    elif file.read_bytes() != content:
        file.write_bytes(content)


def _failure(done: CompletedProcess[str]) -> CkregError:
    said = done.stderr + done.stdout
    if "Permission denied" in said or "Read-only file system" in said:
        return OutsideError(f"git cannot write: {last_words(done)}. Files and history are as before.")
    if "index.lock" in said or "cannot lock ref" in said:
        return _TryAgainError(last_words(done))
    if "user.email" in said:
        return OutsideError(NO_IDENTITY)
    return RefusedError(f"git refused the commit: {last_words(done)}. Files and history are as before.")


def _commit_texts(
    repo: Repo, head: str | None, old: Mapping[str, Texts], new: Mapping[str, Texts], message: str
) -> str | None:
    files = {
        path: texts.committed or "" for path, texts in new.items() if texts.committed != old[path].committed
    }
    commit = _commit_object(repo, head, files, message) if files else None
    # The history is changed last: killed before, all but HEAD has the change, and the request that still
    # waits brings HEAD after; killed later, nothing is missing.
    with _restored_on_failure(repo, new):
        for path, texts in new.items():
            if texts.working is not None and texts.working != old[path].working:
                _refuse_changed(repo.root / path, old[path].working)
                replace_text(repo.root / path, texts.working)
        _stage(repo, {path: texts.staged for path, texts in new.items()})
        try:
            if commit is not None:
                _move_head(repo, commit, head, message)
        except BaseException:
            _stage(repo, {path: _staged_before(repo, path, old[path]) for path in new})
            raise
    return commit


def _staged_before(repo: Repo, path: str, old: Texts) -> str | None:
    """What was staged; where nothing was, that of HEAD, to which somebody may have committed meanwhile."""
    return _blob(repo, f"HEAD:./{path}") if old.staged == old.committed else old.staged


def _commit_object(repo: Repo, head: str | None, files: Mapping[str, str], message: str) -> str:
    with tempfile.TemporaryDirectory(prefix="ckreg-") as folder:
        env = {**_ENV, "GIT_INDEX_FILE": str(Path(folder) / "index")}
        if head:
            repo.run("read-tree", head, env=env)
        repo.run("update-index", "--add", "-z", "--index-info", stdin=_index_info(repo, files), env=env)
        note = Path(folder) / "message"
        note.write_text(message)
        _run_hook(repo, "pre-commit", env)
        _run_hook(repo, "commit-msg", env, str(note))
        tree = repo.run("write-tree", env=env).strip()
        parents = ("-p", head) if head else ()
        done = repo.call(*_SAFE, "commit-tree", tree, *parents, "-F", str(note), env=env)
    if done.returncode:
        raise _failure(done)
    return done.stdout.strip()


def _run_hook(repo: Repo, name: str, env: Mapping[str, str], *words: str) -> None:
    if not os.access(repo.hooks_folder() / name, os.X_OK):
        return
    done = repo.call("hook", "run", "--ignore-missing", name, "--", *words, env=env)
    if done.returncode:
        raise RefusedError(
            f"the hook {name} refused the commit: {last_words(done)}. Files and history are as before."
        )


def _index_info(repo: Repo, files: Mapping[str, str]) -> str:
    lines = []
    for path, text in files.items():
        blob = repo.run(*_SAFE, "hash-object", "-w", "--stdin", stdin=text).strip()
        lines.append(f"{_mode(repo, path)} {blob}\t{repo.prefix}{path}\0")
    return "".join(lines)


def _mode(repo: Repo, path: str) -> str:
    listed = repo.run("ls-files", "--stage", "--", path).split(" ", 1)[0]
    return listed or _NEW_FILE


def _stage(repo: Repo, files: Mapping[str, str | None]) -> None:
    kept = {path: text for path, text in files.items() if text is not None}
    gone = [path for path in files if path not in kept]
    if kept:
        _change_index(repo, "--add", "-z", "--index-info", stdin=_index_info(repo, kept))
    if gone:
        _change_index(repo, "--force-remove", "--", *gone)


def _change_index(repo: Repo, *words: str, stdin: str | None = None) -> None:
    for _ in range(_TRIES):
        done = repo.call(*_SAFE, "update-index", *words, stdin=stdin)
        if done.returncode == 0:
            return
        if "index.lock" not in done.stderr or "Permission denied" in done.stderr:
            raise OutsideError(f"`git update-index` failed in {repo.root}: {last_words(done)}")
        time.sleep(_WAIT_SECONDS)
    raise BusyError(
        f"{repo.git_dir / 'index.lock'} is there: another git is running, or one died. "
        f"Remove it if none runs."
    )


def _move_head(repo: Repo, new: str, old: str | None, message: str) -> None:
    """Set HEAD's branch from `old` to `new`, if it still is at `old`; None is a branch without commits."""
    done = repo.call(*_SAFE, "update-ref", "-m", message.split("\n", 1)[0], "HEAD", new, old or "")
    if done.returncode:
        raise _TryAgainError(last_words(done))
