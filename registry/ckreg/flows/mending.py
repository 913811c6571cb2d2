"""Finds what merges left that ckreg's driver had no part in (a web page's, say), and mends it.

Such a merge leaves conflict markers, rows of both sides, or one side's rows without what the other knew.
What mends it is the same merge, done again by row; what was written since stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ckreg.adapters.git import (
    Repo,
    committed_texts,
    merge_file,
    merged_paths,
    merged_texts,
    open_repo,
    recent_merges,
    text_at,
)
from ckreg.adapters.tree import EXPERIMENTS, PRIOR_RUNS, SUMMARY, Home
from ckreg.core.journal import JOURNAL
from ckreg.core.merge import Markers, Merged, Sides, merge_file_of
from ckreg.core.merge.faults import Fault, doubled_faults, lost_faults, marker_faults, without_markers
from ckreg.errors import CkregError, RefusedError
from ckreg.flows.committing import commit_edits

MERGES = 50
"""How many of the last merges are looked at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in a committed file, and what to do; `merge` is the commit that brought it, if it is known."""

    path: str
    line: int
    message: str
    remedy: str
    fixable: bool
    merge: str | None = None


@dataclass(frozen=True, slots=True)
class Mended:
    """A file before and after; `commit` is None for a dry run. `refused` says why it was left as it is."""

    path: str
    before: str
    after: str
    commit: str | None = None
    refused: str | None = None


class _Cure(NamedTuple):
    """The faults of a file, the merge they came in with, what that committed and what it should have."""

    path: str
    now: str
    faults: list[Fault]
    merge: str | None = None
    committed: str = ""
    remerged: str | None = None


def find(home: Home) -> list[Finding]:
    """The faults in the committed files, by file and line."""
    repo = open_repo(home.root)
    return [finding for cure in _cures(repo) for finding in _findings(cure)]


def mend(home: Home, *, dry_run: bool = False) -> list[Mended]:
    """Do the merges again that left faults, one commit a file; what people wrote since stays.

    Raises:
        BusyError: git is in the middle of something; what was mended before stays mended.
    """
    repo = open_repo(home.root)
    return [_mended(home, repo, cure, dry_run=dry_run) for cure in _cures(repo) if _can_mend(cure)]


def _cures(repo: Repo) -> Iterator[_Cure]:
    merges: dict[str, _Cure] = {}
    for merge in recent_merges(repo, MERGES):
        for path in merged_paths(repo, merge):
            if path not in merges and _is_ours(path):
                cure = _cure_of_merge(repo, merge.commit, path, merged_texts(repo, merge, path))
                if cure is not None:
                    merges[path] = cure
    yield from merges.values()
    for path, now in committed_texts(repo, _is_ours):
        faults = _faults(path, now)
        if faults and path not in merges:
            yield _Cure(path, now, faults)


def _is_ours(path: str) -> bool:
    inside = path.startswith(f"{EXPERIMENTS}/") and path.rpartition("/")[2] in {SUMMARY, JOURNAL}
    return inside or path == PRIOR_RUNS


def _faults(path: str, text: str) -> list[Fault]:
    doubled = doubled_faults(text) if path.endswith(SUMMARY) else []
    return [*marker_faults(text), *doubled]


def _cure_of_merge(repo: Repo, commit: str, path: str, texts: tuple[Sides, str] | None) -> _Cure | None:
    now = text_at(repo, "HEAD", path)
    if texts is None or now is None or path == PRIOR_RUNS:
        return None
    sides, committed = texts
    remerged = _merged(repo, path, sides)
    if remerged.text == committed:
        return None
    there = _faults(path, now) if _faults(path, committed) else []
    if remerged.conflicts:
        return _Cure(path, now, there, commit, committed) if there else None
    lost = lost_faults(remerged.text, committed, now) if path.endswith(SUMMARY) and not there else []
    faults = [*there, *lost]
    return _Cure(path, now, faults, commit, committed, remerged.text) if faults else None


def _merged(repo: Repo, path: str, sides: Sides) -> Merged:
    return merge_file_of(path, sides, lambda texts, size: merge_file(repo.root, texts, size), Markers())


def _can_mend(cure: _Cure) -> bool:
    return cure.remerged is not None or cure.path == PRIOR_RUNS


def _findings(cure: _Cure) -> Iterator[Finding]:
    came = f" (merge {cure.merge[:10]})" if cure.merge else ""
    by_hand = "Keep the right lines of both sides, take the markers or the second row out, and commit."
    remedy = "`ckreg doctor --fix` does the merge again, by row." if _can_mend(cure) else by_hand
    for fault in sorted(cure.faults):
        message = f"{fault.message}{came}"
        yield Finding(cure.path, fault.line, message, remedy, _can_mend(cure), cure.merge)


def _mended(home: Home, repo: Repo, cure: _Cure, *, dry_run: bool) -> Mended:
    def edit(text: str | None) -> str:
        return _cured(repo, cure, text or "")

    what = f"merge {cure.merge[:10]}" if cure.merge else "its lines"
    try:
        after = edit(cure.now)
        message = f"ckreg: mend {cure.path}\n\nDone again by row: {what}.\n"
        commit = None if dry_run else commit_edits(home, {cure.path: edit}, message)
    except RefusedError as error:
        return Mended(cure.path, cure.now, cure.now, refused=str(error))
    return Mended(cure.path, cure.now, after, commit)


def _cured(repo: Repo, cure: _Cure, text: str) -> str:
    """A text with the merge done again under it.

    Raises:
        RefusedError: what was written since stands in the way.
    """
    if cure.remerged is None:
        return without_markers(text)
    if text == cure.committed:
        return cure.remerged
    try:
        merged = _merged(repo, cure.path, Sides(cure.committed, text, cure.remerged))
    except CkregError as error:
        raise RefusedError(f"{cure.path}: {error}") from error
    if merged.conflicts or _faults(cure.path, merged.text):
        raise RefusedError(
            f"{cure.path}: what was written since the merge stands in the way. Mend it by hand: "
            f"`git show {(cure.merge or '')[:10]}` has the merge."
        )
    return merged.text
