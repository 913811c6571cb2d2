"""Reads an experiment as it is in a commit, or as the next commit would have it."""

from collections.abc import Iterable

from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.repo import Repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY
from ckreg.core.guard import NOTHING, Version
from ckreg.core.seal import SEAL

_WAY = 3  # experiments/<name>/<file>


def version_at(objects: Objects, commit: str, folder: str) -> Version:
    """The experiment whose folder (from git's top on) this is, in a commit."""
    texts = texts_at(objects, commit, folder, (SUMMARY, SEAL))
    return NOTHING if texts is None else Version(texts.get(SUMMARY), texts.get(SEAL), folder=True)


def texts_at(objects: Objects, commit: str, folder: str, names: Iterable[str]) -> dict[str, str] | None:
    """The texts of these files in a folder of a commit, by name, of those that are there; None without it."""
    files = objects.files(f"{commit}:{folder}")
    if files is None:
        return None
    found = ((name, objects.text(files[name])) for name in names if name in files)
    return {name: text for name, text in found if text is not None}


def parted_at(repo: Repo, objects: Objects, one: str, other: str, folder: str) -> Version:
    """The experiment where two commits parted; nothing where they have no history in common."""
    found = repo.call("merge-base", one, other).stdout.strip()
    return version_at(objects, found, folder) if found else NOTHING


def experiment_folders(paths: Iterable[str], names: Iterable[str]) -> list[str]:
    """The folders of experiments of which a file with one of these names is among the paths, sorted."""
    wanted = set(names)
    parts = (path.split("/") for path in paths)
    return sorted(
        {
            "/".join(part[:-1])
            for part in parts
            if len(part) >= _WAY and part[-_WAY] == EXPERIMENTS and part[-1] in wanted
        }
    )
