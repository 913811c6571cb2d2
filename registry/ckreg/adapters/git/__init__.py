"""git: its own commands write, GitPython reads history."""

from ckreg.adapters.git.branches import contents, files_on_branches
from ckreg.adapters.git.commit import Change, Texts, commit_change, refuse_link, refuse_unless_free
from ckreg.adapters.git.empty import commit_message_only
from ckreg.adapters.git.history import CommitSeen, commits_below, head, is_ancestor, status_events
from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.provenance import commit_of
from ckreg.adapters.git.recent import recent_events
from ckreg.adapters.git.repo import Repo, create, is_repository, open_repo, refuse_bare, require_identity
from ckreg.adapters.git.staged import is_ours, staged_summaries

__all__ = [
    "Change",
    "CommitSeen",
    "Objects",
    "Repo",
    "Texts",
    "commit_change",
    "commit_message_only",
    "commit_of",
    "commits_below",
    "contents",
    "create",
    "files_on_branches",
    "head",
    "is_ancestor",
    "is_ours",
    "is_repository",
    "open_repo",
    "recent_events",
    "refuse_bare",
    "refuse_link",
    "refuse_unless_free",
    "require_identity",
    "staged_summaries",
    "status_events",
]
