"""Looks, right before the last step of a commit, whether somebody's git came in between.

A person's `git commit -a`, `git stash` or `git reset --hard` at the wrong moment takes what was just placed
in the folder along, or away.
"""

from ckreg.adapters.git.intent import Intent
from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.placing import placed, text_of
from ckreg.adapters.git.repo import Repo
from ckreg.adapters.git.trying import TryAgainError


def is_put_back(repo: Repo, intent: Intent) -> bool:
    """Whether HEAD has moved, or a file that was placed is as it was before: there is nothing to commit."""
    return repo.head() != intent.head or any(
        text_of(repo.root / file.path) == file.working.before for file in placed(intent)
    )


def see_unmoved(repo: Repo, intent: Intent) -> None:
    """See that HEAD and index are as they were read, and the folder as it was placed.

    Raises:
        TryAgainError: they are not: our index entries would undo what somebody has just committed.
    """
    for file in placed(intent):
        if text_of(repo.root / file.path) != file.working.after:
            raise TryAgainError(f"{file.path} is being edited")
    if repo.head() != intent.head:
        raise TryAgainError("somebody committed")
    with Objects(repo) as objects:
        for file in intent.files:
            if file.staged and objects.id_of(f":./{file.path}") != file.staged.before:
                raise TryAgainError(f"{file.path} was staged by somebody")
