"""git: its own commands write, GitPython reads history."""

from ckreg.adapters.git.announcing import recover
from ckreg.adapters.git.branches import contents, files_on_branches
from ckreg.adapters.git.commit import Change, commit_change, refuse_unless_free
from ckreg.adapters.git.history import CommitSeen, commits_below, head, is_ancestor, status_events
from ckreg.adapters.git.provenance import commit_of
from ckreg.adapters.git.repo import Repo, create, is_repository, open_repo, refuse_bare, require_identity
from ckreg.adapters.git.staged import staged_beside, staged_summaries
from ckreg.adapters.git.texts import Texts, read_texts, refuse_link

__all__ = [
    "Change",
    "CommitSeen",
    "Repo",
    "Texts",
    "commit_change",
    "commit_of",
    "commits_below",
    "contents",
    "create",
    "files_on_branches",
    "head",
    "is_ancestor",
    "is_repository",
    "open_repo",
    "read_texts",
    "recover",
    "refuse_bare",
    "refuse_link",
    "refuse_unless_free",
    "require_identity",
    "staged_beside",
    "staged_summaries",
    "status_events",
]
