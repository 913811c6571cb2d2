"""`ckreg diff`: what changed in experiments, in words."""

from collections.abc import Sequence

from ckreg.adapters.clock import now
from ckreg.adapters.git import commit_at, open_repo
from ckreg.adapters.tree import Home
from ckreg.errors import NotFoundError, UsageError
from ckreg.flows.differing import ExperimentDifference, Sides, differences
from ckreg.flows.documents import documents_at

_MOST_REVISIONS = 2


def diff(home: Home, words: Sequence[str] = (), *, staged: bool = False) -> list[ExperimentDifference]:
    """How experiments in the folder differ from HEAD; `words` are `[EXPERIMENT] [REV [REV2]]`.

    With a revision (or date) they are compared with that, with two these with each other, with `staged` what
    the next commit would have. A first word that fits no experiment may be a revision.

    Raises:
        NotFoundError: there is no such experiment, or no such revision.
        UsageError: there are too many words.
    """
    experiment, revisions = _understood(home, words)
    if len(revisions) > _MOST_REVISIONS or (staged and len(revisions) > 1):
        raise UsageError("At most two revisions can be compared, and what is staged with one.")
    repo = open_repo(home.root)
    commits = [commit_at(repo, word, now()) for word in revisions or ["HEAD"]]
    after = commits[1] if len(commits) > 1 else None
    return differences(home, Sides(before=commits[0], after=after, staged=staged), experiment)


def _understood(home: Home, words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The experiment, if one is named, and the revisions; `A..B` is two."""
    if not words:
        return None, []
    first, *others = words
    revisions = [revision for word in others for revision in _split(word)]
    try:
        return home.experiment(first), revisions
    except NotFoundError as error:
        # It may have been there, or the word may be a revision.
        for revision in revisions[:1] or ["HEAD"]:
            try:
                return documents_at(home, revision).find(first), revisions
            except NotFoundError:
                pass
        try:
            for revision in _split(first):
                commit_at(open_repo(home.root), revision, now())
        except NotFoundError:
            raise NotFoundError(f"{error} Nor is it a revision.") from None
        return None, [*_split(first), *revisions]


def _split(word: str) -> list[str]:
    before, dots, after = word.partition("..")
    return [before or "HEAD", after or "HEAD"] if dots and not after.startswith(".") else [word]
