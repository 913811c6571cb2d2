"""Reads what is staged, as a hook must: the text that would be committed, not the one in the folder."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ckreg.adapters.git.repo import Repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY


def staged_summaries(repo: Repo) -> Iterator[tuple[str, str]]:
    """The path, relative to the registry, and staged text of each document that the next commit changes."""
    env = _index_of_this_commit()
    listed = repo.run("diff", "--cached", "--name-only", "--relative", "-z", "--diff-filter=d", env=env)
    for path in listed.split("\0"):
        if path.startswith(f"{EXPERIMENTS}/") and path.endswith(f"/{SUMMARY}"):
            yield path, repo.run("cat-file", "blob", f":./{path}", env=env)


def staged_beside(repo: Repo, names: tuple[str, ...]) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Each experiment of which the next commit changes one of these files.

    Yields its folder, relative to the registry, and the texts of the files: all as committed in HEAD, then
    all as staged; None where there is none.
    """
    env = _index_of_this_commit()
    listed = repo.run("diff", "--cached", "--name-only", "--relative", "-z", env=env).split("\0")
    changed = (Path(path) for path in listed if path.startswith(f"{EXPERIMENTS}/"))
    for folder in sorted({str(path.parent) for path in changed if path.name in names}):
        yield (
            folder,
            tuple(_text(repo, f"{side}./{folder}/{name}", env) for side in ("HEAD:", ":") for name in names),
        )


def _text(repo: Repo, name: str, env: Mapping[str, str]) -> str | None:
    done = repo.call("cat-file", "blob", name, env=env)
    return done.stdout if done.returncode == 0 else None


def _index_of_this_commit() -> dict[str, str]:
    index = os.environ.get("GIT_INDEX_FILE")  # in a hook, relative to where git ran it
    return {"GIT_INDEX_FILE": str(Path(index).absolute())} if index else {}
