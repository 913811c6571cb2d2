"""Reads what is staged, as a hook must: the text that would be committed, not the one in the folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from ckreg.adapters.git.repo import Repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY


def staged_summaries(repo: Repo) -> Iterator[tuple[str, str]]:
    """The path, relative to the registry, and staged text of each document that the next commit changes."""
    index = os.environ.get(
        "GIT_INDEX_FILE"
    )  # in a hook: the index of this commit, relative to where git ran it
    env = {"GIT_INDEX_FILE": str(Path(index).absolute())} if index else {}
    listed = repo.run("diff", "--cached", "--name-only", "--relative", "-z", "--diff-filter=d", env=env)
    for path in listed.split("\0"):
        if path.startswith(f"{EXPERIMENTS}/") and path.endswith(f"/{SUMMARY}"):
            yield path, repo.run("cat-file", "blob", f":./{path}", env=env)
