"""`ckreg hooks`: install the hooks that check what is committed, beside those that are there."""

from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.git import Repo, driver_preview, install_driver, open_repo, remove_driver, staged_beside
from ckreg.adapters.stubs import STUBS, install_stub, remove_stub, stub_text
from ckreg.adapters.tree import SUMMARY, Home
from ckreg.core.seal import SEAL
from ckreg.core.sealed_commit import Sides, complaint, has_reason
from ckreg.errors import RefusedError

DRIVER = "merge driver"


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks folder, and the hooks that were put there or taken away now."""

    folder: Path
    changed: tuple[str, ...]


def hooks_install(home: Home) -> Hooks:
    """Install ckreg's hooks; run twice it changes nothing.

    Raises:
        RefusedError: git looks for hooks outside this repository, or two hooks are there already.
    """
    repo = open_repo(home.root)
    folder = _own_folder(repo)
    registry = f"./{repo.prefix}"
    changed = [name for name in STUBS if install_stub(folder, name, stub_text(name, registry))]
    driver = [DRIVER] if install_driver(repo) else []
    return Hooks(folder, (*changed, *driver))


def hooks_preview(home: Home) -> dict[Path, str]:
    """The stubs that `hooks_install` would write, by their path."""
    repo = open_repo(home.root)
    folder = _own_folder(repo)
    stubs = {folder / name: stub_text(name, f"./{repo.prefix}") for name in STUBS}
    return {**stubs, **driver_preview(repo)}


def hooks_uninstall(home: Home) -> Hooks:
    """Take ckreg's hooks away, and put back those that were there before."""
    repo = open_repo(home.root)
    folder = repo.hooks_folder()
    changed = [name for name in STUBS if remove_stub(folder, name)]
    driver = [DRIVER] if remove_driver(repo) else []
    return Hooks(folder, (*changed, *driver))


def check_message(home: Home, message: str) -> list[str]:
    """Why the next commit, with this message, may not go in: it changes sealed plans and gives no reason."""
    if has_reason(message):
        return []
    repo = open_repo(home.root)
    merging = repo.under_way() is not None
    found = (
        complaint(Sides(*texts), f"{folder}/{SUMMARY}", merging=merging)
        for folder, texts in staged_beside(repo, (SUMMARY, SEAL))
    )
    return [text for text in found if text]


def _own_folder(repo: Repo) -> Path:
    """The hooks folder, if it is this repository's: another would be every repository's of this person."""
    folder = repo.hooks_folder()
    top = Path(repo.run("rev-parse", "--show-toplevel").strip()).resolve()
    shared = (repo.root / repo.run("rev-parse", "--git-common-dir").strip()).resolve()
    if not (folder.is_relative_to(top) or folder.is_relative_to(shared)):
        raise RefusedError(
            f"core.hooksPath leads to {folder}, outside this repository. Call `ckreg check --staged` from "
            f"the pre-commit hook there instead."
        )
    return folder
