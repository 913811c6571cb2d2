"""Finishes or undoes a change that was begun: HEAD says which, file by file.

A commit is one step, so HEAD has all of a change or nothing. Files and index follow it. What is neither as
before nor as after the change is somebody's own by now: it stays.
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.git.index import blob_id, stage
from ckreg.adapters.git.intent import Intent, PlannedFile, Sides
from ckreg.adapters.git.placing import beside, rename, sweep, text_of
from ckreg.adapters.git.repo import Repo
from ckreg.adapters.git.texts import refuse_link
from ckreg.adapters.tree import Home, replace_text


class _Known(NamedTuple):
    """A file of the change with the ids of its blobs."""

    file: PlannedFile
    committed: Sides
    staged: Sides


def settle(repo: Repo, intent: Intent) -> bool:
    """Bring files and index to where HEAD is; gives whether that is after the change.

    Raises:
        CkregError: that cannot be now; it can be tried again.
    """
    known = [_known(repo, intent, file) for file in intent.files]
    heads = {each.file.path: id_of(repo, f"HEAD:./{each.file.path}") for each in known}
    changed = [each for each in known if each.committed.before != each.committed.after]
    all_after = bool(changed) and any(heads[each.file.path] == each.committed.after for each in changed)
    for each in known:
        head = heads[each.file.path]
        if head not in each.committed:
            continue  # somebody has committed this file since, as they wanted it
        after = all_after if each not in changed else head == each.committed.after
        refuse_link(repo, each.file.path)
        _settle_index(repo, each, after=after)
        _settle_folder(repo, intent, each.file, after=after)
    sweep(repo, intent)
    return all_after


def _known(repo: Repo, intent: Intent, file: PlannedFile) -> _Known:
    if file.committed is not None and file.staged is not None:
        return _Known(file, file.committed, file.staged)
    before = id_of(repo, f"{intent.head}:./{file.path}")
    after = (
        None
        if file.working.after is None
        else blob_id(repo, file.path, file.working.after, as_in_folder=True)
    )
    return _Known(file, Sides(before, after), Sides(before, after))


def id_of(repo: Repo, name: str) -> str | None:
    """The id of an object, None where there is none of that name."""
    done = repo.call("rev-parse", "--quiet", "--verify", name)
    return done.stdout.strip() if done.returncode == 0 else None


def _settle_index(repo: Repo, known: _Known, *, after: bool) -> None:
    begun, wanted = _sides(known.staged, after=after)
    now = id_of(repo, f":./{known.file.path}")
    if now == begun and begun != wanted:
        stage(repo, {known.file.path: wanted})


def _settle_folder(repo: Repo, intent: Intent, file: PlannedFile, *, after: bool) -> None:
    begun, wanted = _sides(file.working, after=after)
    path = repo.root / file.path
    now = text_of(path)
    if now in {wanted, None} and now != begun:
        return
    if now != begun:
        wanted = _merged(repo, now, begun, wanted)
    if wanted is None:
        path.unlink(missing_ok=True)
    elif wanted != now:
        new = beside(path, intent.id)
        replace_text(new, wanted)
        rename(new, path)


def _sides(sides: Sides, *, after: bool) -> tuple[str | None, str | None]:
    """The side to leave, and the one to reach."""
    return (sides.before, sides.after) if after else (sides.after, sides.before)


def _merged(repo: Repo, now: str | None, begun: str | None, wanted: str | None) -> str | None:
    """The text in the folder with our part of it as wanted, and the rest as somebody has written it since.

    Where both are about the same lines it stays as it is.
    """
    if now is None or begun is None or wanted is None:
        return now
    with tempfile.TemporaryDirectory(dir=Home(repo.root).state, prefix=".merge-") as folder:
        names = [str(Path(folder, name)) for name in ("now", "begun", "wanted")]
        for name, text in zip(names, (now, begun, wanted), strict=True):
            Path(name).write_bytes(text.encode(errors="surrogateescape"))
        done = repo.call("merge-file", "--stdout", "--quiet", *names)
    return done.stdout if done.returncode == 0 else now
