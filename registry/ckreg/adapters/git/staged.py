"""Reads what is staged, as a hook must: the text that would be committed, not the one in the folder."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ckreg.adapters.git.repo import Repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY


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
