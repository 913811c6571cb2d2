"""git: its own commands write, GitPython reads history."""

from ckreg.adapters.git.branches import contents, files_on_branches
from ckreg.adapters.git.commit import Change, Texts, commit_change, refuse_link, refuse_unless_free
from ckreg.adapters.git.history import CommitSeen, commits_below, head, is_ancestor, status_events
from ckreg.adapters.git.merges import (
    MergeCommit,
    committed_texts,
    merged_paths,
    merged_texts,
    recent_merges,
    text_at,
)
from ckreg.adapters.git.merging import (
    CLASHED,
    driver_preview,
    install_driver,
    merge_file,
    remove_driver,
    shows_base,
)
from ckreg.adapters.git.provenance import commit_of
from ckreg.adapters.git.repo import Repo, create, is_repository, open_repo, refuse_bare, require_identity
from ckreg.adapters.git.staged import staged_beside, staged_summaries

__all__ = [
    "CLASHED",
    "Change",
    "CommitSeen",
    "MergeCommit",
    "Repo",
    "Texts",
    "commit_change",
    "commit_of",
    "commits_below",
    "committed_texts",
    "contents",
    "create",
    "driver_preview",
    "files_on_branches",
    "head",
    "install_driver",
    "is_ancestor",
    "is_repository",
    "merge_file",
    "merged_paths",
    "merged_texts",
    "open_repo",
    "recent_merges",
    "refuse_bare",
    "refuse_link",
    "refuse_unless_free",
    "remove_driver",
    "require_identity",
    "shows_base",
    "staged_beside",
    "staged_summaries",
    "status_events",
    "text_at",
]
