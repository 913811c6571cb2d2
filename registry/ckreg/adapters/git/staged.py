"""Reads what is staged, as a hook must: the text that would be committed, not the one in the folder."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.repo import OURS, Repo
from ckreg.adapters.git.versions import experiment_folders, texts_at
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY
from ckreg.core.guard import Version
from ckreg.core.seal import SEAL

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def staged_summaries(repo: Repo, beside: Sequence[str] = ()) -> Iterator[tuple[str, dict[str, str]]]:
    """Each experiment that the next commit changes: its document's path and the staged texts by file name.

    Paths are relative to the registry. An experiment counts where its document or one of the files `beside`
    it is staged; without a staged document it is none.
    """
    env = _index_of_this_commit()
    listed = repo.run("diff", "--cached", "--name-only", "--relative", "-z", "--diff-filter=d", env=env)
    folders = dict.fromkeys(
        path.rpartition("/")[0]
        for path in listed.split("\0")
        if path.startswith(f"{EXPERIMENTS}/") and path.rpartition("/")[2] in {SUMMARY, *beside}
    )
    with Objects(repo, env) as objects:
        for folder in folders:
            read = ((name, objects.text(f":{repo.prefix}{folder}/{name}")) for name in (SUMMARY, *beside))
            texts = {name: text for name, text in read if text is not None}
            if SUMMARY in texts:
                yield f"{folder}/{SUMMARY}", texts


def is_ours() -> bool:
    """Whether a hook runs for a commit of ckreg's own."""
    return bool(os.environ.get(OURS))


def next_commit(repo: Repo, message: str) -> list[tuple[str, ...]]:
    """The parents that the next commit, with this message, will have: HEAD, in a merge the merged ones too.

    Where it amends HEAD those of HEAD follow as a second choice. git does not say so to a hook; but the
    author that it exports is HEAD's to the second then, and a person seldom changes the subject, too.
    """
    head = repo.head()
    if head is None:
        return [()]
    found = _lines(repo.git_dir / "MERGE_HEAD")
    choices = [(head, *found)]
    subject = next((line for line in message.split("\n") if line.strip() and line[0] != "#"), "")
    if not found and f"{_author_of_this_commit()} {subject.strip()}" == _author_and_subject(repo, head):
        choices.append(tuple(repo.run("rev-list", "-1", "--parents", head).split()[1:]))
    return choices


def merged_parents(repo: Repo) -> list[str]:
    """HEAD and the commits that are being merged into it; empty where none is.

    `git merge` names them to its hook in variables, for there is no MERGE_HEAD before a merge has stopped.
    """
    told = (name.removeprefix("GITHEAD_") for name in os.environ if name.startswith("GITHEAD_"))
    others = _lines(repo.git_dir / "MERGE_HEAD") or [name for name in told if _COMMIT.fullmatch(name)]
    return ["HEAD", *others] if others else []


def texts_before(repo: Repo, commits: Sequence[str], path: str, names: Sequence[str]) -> list[dict[str, str]]:
    """A document and the files of these names beside it, as they were in the commits that have it."""
    folder = f"{repo.prefix}{path.rpartition('/')[0]}"
    with Objects(repo) as objects:
        found = (texts_at(objects, commit, folder, (SUMMARY, *names)) for commit in commits)
        return [texts for texts in found if texts and SUMMARY in texts]


def staged_folders(repo: Repo, parents: Sequence[str], names: Sequence[str]) -> list[str]:
    """The folders, from git's top on, of this registry's experiments with a staged file of such a name.

    In a merge what differs from any of the parents counts.
    """
    env, paths = _index_of_this_commit(), set[str]()
    for parent in parents:
        listed = repo.run(
            "diff-index", "--cached", "--name-only", "--no-renames", "-z", parent, "--", "./", env=env
        )
        paths.update(listed.split("\0"))
    return [
        folder
        for folder in experiment_folders(paths, names)
        if folder.startswith(f"{repo.prefix}{EXPERIMENTS}/")
    ]


def staged_objects(repo: Repo) -> Objects:
    """Reads objects; `:path` is what the next commit will have."""
    return Objects(repo, _index_of_this_commit())


def staged_version(repo: Repo, objects: Objects, folder: str) -> Version:
    """An experiment as the next commit will have it."""
    document, seal = objects.text(f":{folder}/{SUMMARY}"), objects.text(f":{folder}/{SEAL}")
    if document is not None:
        return Version(document, seal, folder=True)
    # The index has no folders to ask for.
    inside = repo.run("ls-files", "-z", "--", folder.removeprefix(repo.prefix), env=_index_of_this_commit())
    return Version(None, seal, folder=bool(inside))


def _author_and_subject(repo: Repo, commit: str) -> str:
    form = ("--no-show-signature", "--date=raw", "--format=%ae @%ad %s")
    return repo.run("log", "-1", *form, commit).strip()


def _author_of_this_commit() -> str:
    return f"{os.environ.get('GIT_AUTHOR_EMAIL')} {os.environ.get('GIT_AUTHOR_DATE')}"


def _lines(file: Path) -> list[str]:
    return file.read_text().split() if file.is_file() else []


def _index_of_this_commit() -> dict[str, str]:
    index = os.environ.get("GIT_INDEX_FILE")  # in a hook, relative to where git ran it
    return {"GIT_INDEX_FILE": str(Path(index).absolute())} if index else {}
