"""git, by its own commands."""

from ckreg.adapters.git.branches import contents, files_at, files_on_branches
from ckreg.adapters.git.commit import Change, Texts, commit_change, refuse_link, refuse_unless_free
from ckreg.adapters.git.differing import Differing, differing
from ckreg.adapters.git.empty import commit_message_only
from ckreg.adapters.git.history import Commit, Standing, Touched, grown, standing, status_events, touched
from ckreg.adapters.git.moments import commit_at, since
from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.provenance import commit_of
from ckreg.adapters.git.recent import recent_events
from ckreg.adapters.git.repo import Repo, create, is_repository, open_repo, refuse_bare, require_identity
from ckreg.adapters.git.staged import is_ours, staged_summaries

__all__ = [
    "Change",
    "Commit",
    "Differing",
    "Objects",
    "Repo",
    "Standing",
    "Texts",
    "Touched",
    "commit_at",
    "commit_change",
    "commit_message_only",
    "commit_of",
    "contents",
    "create",
    "differing",
    "files_at",
    "files_on_branches",
    "grown",
    "is_ours",
    "is_repository",
    "open_repo",
    "recent_events",
    "refuse_bare",
    "refuse_link",
    "refuse_unless_free",
    "require_identity",
    "since",
    "staged_summaries",
    "standing",
    "status_events",
    "touched",
]
