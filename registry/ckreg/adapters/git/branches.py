"""Reads files of other branches without checking them out."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ckreg.adapters.git.repo import Repo

MOST_BRANCHES = 50
_LARGEST = 256 * 1024  # bytes
_LINK = "120000"
_FORMAT = "--format=%(objectname) %(refname)%(symref)"


class BranchFile(NamedTuple):
    """A file on a branch: the branch's short name, the path in the registry, the id of its content."""

    branch: str
    path: str
    blob: str


def files_on_branches(repo: Repo, folder: str) -> Iterator[BranchFile]:
    """The files under a folder on every branch but the current commit, those with the newest commits first.

    At most 50 branches are looked at; large files are left out.
    """
    listed = repo.call(
        "for-each-ref", "--sort=refname", "--sort=-committerdate", _FORMAT, "refs/heads", "refs/remotes"
    )
    seen = {repo.head()}
    for line in listed.stdout.split("\n"):
        commit, _, ref = line.partition(" ")
        # A symbolic reference, as origin/HEAD is, has its target written behind it.
        if ref.count("refs/") == 1 and commit not in seen and len(seen) <= MOST_BRANCHES:
            seen.add(commit)
            yield from _files(repo, commit, ref.split("/", 2)[2], folder)


def _files(repo: Repo, commit: str, branch: str, folder: str) -> Iterator[BranchFile]:
    listed = repo.call("ls-tree", "-r", "-l", "-z", commit, "--", f"{folder}/")
    for entry in filter(None, listed.stdout.split("\0")):
        facts, _, path = entry.partition("\t")
        _, kind, blob, size = facts.split()
        if kind == "blob" and int(size) <= _LARGEST:
            yield BranchFile(branch, path, blob)


def files_at(repo: Repo, commit: str, folder: str) -> Iterator[tuple[str, str]]:
    """The files under a folder at a commit: the path in the registry, and the id of the content."""
    for entry in filter(None, repo.run("ls-tree", "-r", "-z", commit, "--", f"{folder}/").split("\0")):
        facts, _, path = entry.partition("\t")
        mode, kind, blob = facts.split()
        if kind == "blob" and mode != _LINK:
            yield path, blob


def contents(repo: Repo, blobs: Iterable[str]) -> Mapping[str, str]:
    """The texts of these ids, in one call; what is not UTF-8 is left out."""
    asked = list(dict.fromkeys(blobs))
    if not asked:
        return {}
    answer = repo.call("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in asked))
    given, found, at = answer.stdout.encode(errors="surrogateescape"), {}, 0
    while (end := given.find(b"\n", at)) >= 0:
        blob, _, size = given[at:end].decode(errors="replace").rpartition(" ")
        at = end + 1
        if not size.isdigit():  # `<id> missing`
            continue
        content, at = given[at : at + int(size)], at + int(size) + 1
        try:
            found[blob.split(" ")[0]] = content.decode()
        except UnicodeDecodeError:
            continue
    return found
