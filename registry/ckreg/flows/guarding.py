"""Guards what is committed and what is pushed: reads, judges, says why not. Takes no lock, writes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ckreg.adapters.git import Repo, open_repo
from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.staged import next_commit, staged_folders, staged_objects, staged_version
from ckreg.adapters.git.versions import parted_at, version_at
from ckreg.adapters.tree import SUMMARY, Home
from ckreg.core.guard import Version, Words, judged, words_of
from ckreg.core.seal import SEAL

HELD = (SUMMARY, SEAL)


def staged_faults(home: Home, message: str) -> list[str]:
    """Why the next commit, with this message, may not go in: a sentence each, with file and line."""
    repo = open_repo(home.root)
    choices = next_commit(repo, message)
    words = words_of([message])
    with staged_objects(repo) as objects:
        found: list[str] = []
        for parents in choices:
            judge = Judge(repo, objects, words, repo.prefix)
            more = [
                fault
                for folder in staged_folders(repo, parents, HELD)
                for fault in judge.faults(folder, staged_version(repo, objects, folder), parents)
            ]
            if not more:
                return []
            found = found or more
    return found


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges experiments by what a repository has of them; paths are shown without `prefix`."""

    repo: Repo
    objects: Objects
    words: Words
    prefix: str = ""

    def faults(self, folder: str, after: Version, parents: Sequence[str]) -> Iterator[str]:
        """Why a commit with these parents may not have this version of the experiment in `folder`."""

        def base(one: int, other: int) -> Version:
            return parted_at(self.repo, self.objects, parents[one], parents[other], folder)

        before = [version_at(self.objects, parent, folder) for parent in parents]
        path = f"{folder.removeprefix(self.prefix)}/{SUMMARY}"
        yield from judged(path, after, before, self.words, base)
