"""The merges of a registry's history: what they joined, and what was committed."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ckreg.adapters.git.branches import contents
from ckreg.adapters.git.repo import Repo
from ckreg.core.merge import Sides

_AT_ONCE = 100


class MergeCommit(NamedTuple):
    """A merge of two branches, with the commit where both began."""

    commit: str
    base: str
    ours: str
    theirs: str


def recent_merges(repo: Repo, number: int) -> Iterator[MergeCommit]:
    """The last merges that HEAD has in its history, newest first; those of three or more are left out."""
    listed = repo.call("rev-list", "--merges", "--parents", f"--max-count={number}", "HEAD").stdout
    for line in listed.splitlines():
        commit, *parents = line.split()
        if len(parents) == 2:  # noqa: PLR2004  # an octopus has more
            base = repo.call("merge-base", *parents).stdout.strip()
            if base:
                yield MergeCommit(commit, base, *parents)


def merged_paths(repo: Repo, merge: MergeCommit) -> list[str]:
    """The files in which the two branches differ, relative to the registry."""
    asked = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--relative", merge.ours, merge.theirs)
    return [path for path in repo.run(*asked).split("\0") if path]


def merged_texts(repo: Repo, merge: MergeCommit, path: str) -> tuple[Sides, str] | None:
    """The file's text in the base and on both sides, and as it was committed; None where one lacks it."""
    commits = (merge.base, merge.ours, merge.theirs, merge.commit)
    texts = [text_at(repo, commit, path) for commit in commits]
    base, ours, theirs, committed = texts
    if ours is None or theirs is None or committed is None:
        return None
    return Sides(base or "", ours, theirs), committed


def text_at(repo: Repo, commit: str, path: str) -> str | None:
    """A file's text in a commit, None where it is not there, or is not UTF-8."""
    done = repo.call("cat-file", "blob", f"{commit}:./{path}")
    if done.returncode or any("\udc80" <= char <= "\udcff" for char in done.stdout):
        return None
    return done.stdout


def committed_texts(repo: Repo, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """The path and text of each file of HEAD that is wanted by its path; what is not UTF-8 is left out."""
    listed = repo.call("ls-tree", "-r", "-z", "HEAD", "--", ".").stdout.split("\0")
    entries = (entry.partition("\t") for entry in listed if entry)
    files = [(path, facts.split(" ")[2]) for facts, _, path in entries if wanted(path)]
    for start in range(0, len(files), _AT_ONCE):
        part = files[start : start + _AT_ONCE]
        texts = contents(repo, [blob for _, blob in part])
        yield from ((path, texts[blob]) for path, blob in part if blob in texts)
