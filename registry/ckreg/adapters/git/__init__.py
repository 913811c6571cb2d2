"""git, by its own commands."""

from importlib import import_module
from typing import TYPE_CHECKING

from ckreg.adapters.git.announcing import recover
from ckreg.adapters.git.commit import Change, commit_change, refuse_unless_free
from ckreg.adapters.git.differing import Differing, differing
from ckreg.adapters.git.empty import commit_message_only
from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.recent import recent_events
from ckreg.adapters.git.repo import Repo, create, is_repository, open_repo, refuse_bare, require_identity
from ckreg.adapters.git.texts import Texts, read_texts, refuse_link
from ckreg.adapters.git.tracked import tracked_below

if TYPE_CHECKING:
    from ckreg.adapters.git.branches import contents, files_at, files_on_branches
    from ckreg.adapters.git.history import Commit, Standing, Touched, grown, standing, status_events, touched
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
    from ckreg.adapters.git.moments import commit_at, since
    from ckreg.adapters.git.provenance import commit_of
    from ckreg.adapters.git.staged import is_ours, staged_summaries

__all__ = [
    "CLASHED",
    "Change",
    "Commit",
    "Differing",
    "MergeCommit",
    "Objects",
    "Repo",
    "Standing",
    "Texts",
    "Touched",
    "commit_at",
    "commit_change",
    "commit_message_only",
    "commit_of",
    "committed_texts",
    "contents",
    "create",
    "differing",
    "driver_preview",
    "files_at",
    "files_on_branches",
    "grown",
    "install_driver",
    "is_ours",
    "is_repository",
    "merge_file",
    "merged_paths",
    "merged_texts",
    "open_repo",
    "read_texts",
    "recent_events",
    "recent_merges",
    "recover",
    "refuse_bare",
    "refuse_link",
    "refuse_unless_free",
    "remove_driver",
    "require_identity",
    "shows_base",
    "since",
    "staged_summaries",
    "standing",
    "status_events",
    "text_at",
    "touched",
    "tracked_below",
]

# Loaded when asked for: a status is set without them, and what they stand on takes longer than its commit.
_LATER = {
    **dict.fromkeys(("contents", "files_at", "files_on_branches"), "branches"),
    **dict.fromkeys(
        ("Commit", "Standing", "Touched", "grown", "standing", "status_events", "touched"), "history"
    ),
    **dict.fromkeys(
        ("MergeCommit", "committed_texts", "merged_paths", "merged_texts", "recent_merges", "text_at"),
        "merges",
    ),
    **dict.fromkeys(
        ("CLASHED", "driver_preview", "install_driver", "merge_file", "remove_driver", "shows_base"),
        "merging",
    ),
    **dict.fromkeys(("commit_at", "since"), "moments"),
    "commit_of": "provenance",
    **dict.fromkeys(("is_ours", "staged_summaries"), "staged"),
}


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(f"ckreg.adapters.git.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
