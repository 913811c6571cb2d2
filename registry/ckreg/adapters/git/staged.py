"""Reads what is staged, as a hook must: the text that would be committed, not the one in the folder."""

import os
from collections.abc import Iterator, Sequence

from ckreg.adapters.git.repo import Repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY


def staged_summaries(repo: Repo, beside: Sequence[str] = ()) -> Iterator[tuple[str, dict[str, str]]]:
    """Each experiment that the next commit changes: its document's path and the staged texts by file name.

    Paths are relative to the registry. An experiment counts where its document or one of the files `beside`
    it is staged; without a staged document it is none.
    """
    index = os.environ.get(
        "GIT_INDEX_FILE"
    )  # in a hook: the index of this commit, relative to where git ran it
    env = {"GIT_INDEX_FILE": os.path.abspath(index)} if index else {}  # noqa: PTH100  # text, as git gave it
    listed = repo.run("diff", "--cached", "--name-only", "--relative", "-z", "--diff-filter=d", env=env)
    folders = dict.fromkeys(
        path.rpartition("/")[0]
        for path in listed.split("\0")
        if path.startswith(f"{EXPERIMENTS}/") and path.rpartition("/")[2] in {SUMMARY, *beside}
    )
    for folder in folders:
        paths = [f"{folder}/{name}" for name in (SUMMARY, *beside)]
        there = repo.run("ls-files", "-z", "--", *paths, env=env).split("\0")
        texts = {
            path.rpartition("/")[2]: repo.run("cat-file", "blob", f":./{path}", env=env)
            for path in there
            if path
        }
        if SUMMARY in texts:
            yield f"{folder}/{SUMMARY}", texts
