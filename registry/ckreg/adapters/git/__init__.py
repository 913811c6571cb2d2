"""git, by its own commands."""

from ckreg.adapters.git.branches import contents, files_at, files_on_branches
from ckreg.adapters.git.commit import Change, Texts, commit_change, refuse_link, refuse_unless_free
from ckreg.adapters.git.differing import Differing, differing
from ckreg.adapters.git.history import Commit, Standing, Touched, grown, standing, status_events, touched
from ckreg.adapters.git.moments import commit_at, since
from ckreg.adapters.git.provenance import commit_of
from ckreg.adapters.git.repo import Repo, create, is_repository, open_repo, refuse_bare, require_identity
from ckreg.adapters.git.staged import staged_beside, staged_summaries

__all__ = [
    "Change",
    "Commit",
    "Differing",
    "Repo",
    "Standing",
    "Texts",
    "Touched",
    "commit_at",
    "commit_change",
    "commit_of",
    "contents",
    "create",
    "differing",
    "files_at",
    "files_on_branches",
    "grown",
    "is_repository",
    "open_repo",
    "refuse_bare",
    "refuse_link",
    "refuse_unless_free",
    "require_identity",
    "since",
    "staged_beside",
    "staged_summaries",
    "standing",
    "status_events",
    "touched",
]
