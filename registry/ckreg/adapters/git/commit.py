"""Commits a change of some files and nothing else.

The change is applied to the committed, the staged and the working text, each for itself, so that what a
person has staged or not finished stays exactly that. Where the three agree, `git commit -o` does it (`fast`);
elsewhere a temporary index, `commit-tree` and `update-ref` with the old value (`slow`). Killed at any point,
files, index and history are brought to before or after the change by the next call (`announcing`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ckreg.adapters.git.announcing import recover
from ckreg.adapters.git.fast import commit_files
from ckreg.adapters.git.repo import Repo
from ckreg.adapters.git.slow import commit_texts
from ckreg.adapters.git.texts import Standing, Texts, read_standing
from ckreg.adapters.git.trying import until_at_rest
from ckreg.errors import BusyError, CkregError


class Change(NamedTuple):
    """The new texts by path, relative to the registry, and the commit's message."""

    texts: Mapping[str, Texts]
    message: str


Plan = Callable[[Mapping[str, Texts]], Change]


def commit_change(repo: Repo, paths: Sequence[str], plan: Plan) -> str | None:
    """Commit what `plan` makes of the files; it is asked again if somebody commits at the same moment.

    The caller holds the registry's lock. What a killed process left is finished or undone before.

    Returns:
        The commit's id, None where nothing changed.

    Raises:
        BusyError: git is in the middle of a merge or the like, HEAD is detached, or somebody holds the index.
        RefusedError: a hook refused. Files, index and history are as before.
        OutsideError: git failed, or a file cannot be written. Files, index and history are as before.
    """
    _refuse_under_way(repo)
    recover(repo)
    return until_at_rest(repo, lambda: _commit_once(repo, paths, plan))


def refuse_unless_free(repo: Repo) -> None:
    """See that git is in the middle of nothing and HEAD is on a branch.

    Raises:
        BusyError: it is not.
    """
    _refuse_under_way(repo)
    if repo.call("symbolic-ref", "--quiet", "HEAD").returncode:
        raise BusyError(f"{repo.root}: HEAD is detached. `git switch` to a branch, then try again.")


def _refuse_under_way(repo: Repo) -> None:
    if operation := repo.under_way():
        raise BusyError(f"{repo.root}: git is in the middle of {operation}. Finish it, then try again.")


def _commit_once(repo: Repo, paths: Sequence[str], plan: Plan) -> str | None:
    _refuse_under_way(repo)  # since the last try, too
    old = read_standing(repo, paths)
    change = plan(old.texts)
    new = {path: texts for path, texts in change.texts.items() if texts != old.texts[path]}
    if not new:
        return None
    alike = not old.dirty & set(new) and all(old.texts[path].committed is not None for path in new)
    try:
        return (commit_files if alike else commit_texts)(repo, old, new, change.message)
    except CkregError:
        # git may have failed after its commit: it was killed, or a hook that comes last took too long.
        if commit := _ours(repo, old, new, change.message):
            return commit
        raise


def _ours(repo: Repo, old: Standing, paths: Iterable[str], message: str) -> str | None:
    """The commit of these files with this subject that was made on top of HEAD as it stood.

    The files tell it from one of another registry in the same repository.
    """
    since = (f"{old.head}..HEAD",) if old.head else ("HEAD",)
    told = repo.call("log", "-z", "--no-show-signature", "--format=%H %P%n%s", *since, "--", *paths).stdout
    for entry in filter(None, told.split("\0")):
        ids, _, subject = entry.partition("\n")
        commit, *parents = ids.split()
        if parents == [old.head] * bool(old.head) and subject == message.split("\n", 1)[0].rstrip():
            return commit
    return None
