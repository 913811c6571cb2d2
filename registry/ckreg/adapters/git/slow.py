"""The slow way to commit, where the texts of a file do not agree: `commit-tree` from a temporary index."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ckreg.adapters.git.announcing import announced
from ckreg.adapters.git.index import blob_id, index_info, stage
from ckreg.adapters.git.intent import PlannedFile, Sides, new_intent
from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.placing import place
from ckreg.adapters.git.repo import Repo, last_words
from ckreg.adapters.git.safe import ENV, SAFE, failure
from ckreg.adapters.git.texts import Standing, Texts, refuse_link
from ckreg.adapters.git.trying import TryAgainError
from ckreg.adapters.git.unmoved import see_unmoved
from ckreg.adapters.tree import Home
from ckreg.errors import RefusedError

_PREFIX = "commit-"


def commit_texts(repo: Repo, old: Standing, new: Mapping[str, Texts], message: str) -> str | None:
    """Commit the new committed texts; the folder and the index get each its own.

    Returns:
        The commit's id, None where nothing changes in HEAD.

    Raises:
        CkregError: git or a hook refused. Files, index and history are as before.
    """
    with Objects(repo) as objects:
        files = tuple(_planned(repo, objects, path, old.texts[path], texts) for path, texts in new.items())
    changed = {
        file.path: file.committed.after
        for file in files
        if file.committed and file.committed.after and file.committed.after != file.committed.before
    }
    commit = _commit_object(repo, old.head, changed, message) if changed else None
    intent = new_intent(repo, old.head, files)
    # The history is changed last: killed before, all is undone; killed later, nothing is missing.
    with announced(repo, intent) as held:
        place(repo, intent)
        see_unmoved(repo, intent)
        stage(held, {file.path: file.staged.after for file in files if file.staged and _differs(file.staged)})
        if commit is not None:
            _move_head(held, commit, old.head, message)
    return commit


def _differs(sides: Sides) -> bool:
    return sides.before != sides.after


def _planned(repo: Repo, objects: Objects, path: str, old: Texts, new: Texts) -> PlannedFile:
    committed = Sides(objects.id_of(f"HEAD:./{path}"), _blob(repo, path, new.committed, new))
    same = new.staged == new.committed
    staged = Sides(
        objects.id_of(f":./{path}"), committed.after if same else _blob(repo, path, new.staged, new)
    )
    return PlannedFile(path, Sides(old.working, new.working), committed, staged)


def _blob(repo: Repo, path: str, text: str | None, new: Texts) -> str | None:
    # The same text as in the folder is one of the folder: with the line endings that git gives it there.
    return None if text is None else blob_id(repo, path, text, as_in_folder=text == new.working)


def _commit_object(repo: Repo, head: str | None, blobs: Mapping[str, str], message: str) -> str:
    with _temporary_folder(repo) as folder:
        env = {**ENV, "GIT_INDEX_FILE": str(folder / "index")}
        if head:
            repo.run("read-tree", head, env=env)
        repo.run("update-index", "--add", "-z", "--index-info", stdin=index_info(repo, blobs), env=env)
        note = folder / "message"
        note.write_text(message, encoding="utf-8")
        _run_hook(repo, "pre-commit", env)
        _run_hook(repo, "commit-msg", env, str(note))
        tree = repo.run("write-tree", env=env).strip()
        parents = ("-p", head) if head else ()
        done = repo.call(*SAFE, "commit-tree", tree, *parents, "-F", str(note), env=env)
    if done.returncode:
        raise failure(done)
    return done.stdout.strip()


@contextmanager
def _temporary_folder(repo: Repo) -> Iterator[Path]:
    refuse_link(repo, ".ckreg/commit")
    state = Home(repo.root).state
    state.mkdir(exist_ok=True)
    for left in state.glob(f"{_PREFIX}*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=state, prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _run_hook(repo: Repo, name: str, env: Mapping[str, str], *words: str) -> None:
    if not os.access(repo.hooks_folder() / name, os.X_OK):
        return
    done = repo.call("hook", "run", "--ignore-missing", name, "--", *words, env=env)
    if done.returncode:
        raise RefusedError(
            f"The hook {name} refused the commit: {last_words(done)}. Files and history are as before."
        )


def _move_head(repo: Repo, new: str, old: str | None, message: str) -> None:
    """Set HEAD's branch from `old` to `new`, if it still is at `old`; None is a branch without commits."""
    done = repo.call(*SAFE, "update-ref", "-m", message.split("\n", 1)[0], "HEAD", new, old or "")
    if done.returncode:
        raise TryAgainError(last_words(done))
