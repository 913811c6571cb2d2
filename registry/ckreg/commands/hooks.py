"""`ckreg hooks`: install the hooks that check what is committed or pushed, beside those that are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.git import Repo, driver_preview, install_driver, is_ours, open_repo, remove_driver
from ckreg.adapters.git.pushed import open_bare, updates_in
from ckreg.adapters.stubs import SERVER_STUBS, STUBS, install_stub, remove_stub, stub_text
from ckreg.adapters.tree import Home
from ckreg.errors import RefusedError
from ckreg.flows.guarding import staged_faults
from ckreg.flows.receiving import pushed_faults

DRIVER = "merge driver"


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks folder, and the hooks that were put there or taken away now."""

    folder: Path
    changed: tuple[str, ...]


def hooks_install(home: Home) -> Hooks:
    """Install ckreg's hooks and its merge driver; run twice it changes nothing.

    Raises:
        RefusedError: git looks for hooks outside this repository, or two hooks are there already.
    """
    repo = open_repo(home.root)
    hooks = _installed(_own_folder(repo), STUBS, f"./{repo.prefix}")
    return _with_driver(hooks, changed=install_driver(repo))


def hooks_preview(home: Home) -> dict[Path, str]:
    """The stubs that `hooks_install` would write, by their path."""
    repo = open_repo(home.root)
    return {**_previewed(_own_folder(repo), STUBS, f"./{repo.prefix}"), **driver_preview(repo)}


def hooks_uninstall(home: Home) -> Hooks:
    """Take ckreg's hooks away, and put back those that were there before."""
    repo = open_repo(home.root)
    return _with_driver(_removed(repo.hooks_folder(), STUBS), changed=remove_driver(repo))


def server_install(bare: Path) -> Hooks:
    """Install the hook that guards a shared bare repository; run twice it changes nothing.

    Raises:
        NotFoundError: there is no bare repository.
        RefusedError: as `hooks_install`.
    """
    return _installed(_own_folder(open_bare(bare)), SERVER_STUBS)


def server_preview(bare: Path) -> dict[Path, str]:
    """The stubs that `server_install` would write, by their path."""
    return _previewed(_own_folder(open_bare(bare)), SERVER_STUBS)


def server_uninstall(bare: Path) -> Hooks:
    """Take ckreg's hook out of a bare repository, and put back the one that was there before."""
    return _removed(open_bare(bare).hooks_folder(), SERVER_STUBS)


def check_message(home: Home, message: str) -> list[str]:
    """Why the next commit, with this message, may not go in: sealed plans, lost rows, transitions.

    ckreg's own commits were checked before they were made.
    """
    return [] if is_ours() else staged_faults(home, message)


def receive(bare: Path, told: str) -> list[str]:
    """Why a push may not be taken; `told` is what git gives `pre-receive` on its input."""
    return list(pushed_faults(bare, updates_in(told)))


def _installed(folder: Path, names: Sequence[str], registry: str = "") -> Hooks:
    done = (name for name in names if install_stub(folder, name, stub_text(name, registry)))
    return Hooks(folder, tuple(done))


def _previewed(folder: Path, names: Sequence[str], registry: str = "") -> dict[Path, str]:
    return {folder / name: stub_text(name, registry) for name in names}


def _removed(folder: Path, names: Sequence[str]) -> Hooks:
    return Hooks(folder, tuple(name for name in names if remove_stub(folder, name)))


def _with_driver(hooks: Hooks, *, changed: bool) -> Hooks:
    return Hooks(hooks.folder, (*hooks.changed, DRIVER)) if changed else hooks


def _own_folder(repo: Repo) -> Path:
    """The hooks folder, if it is this repository's: another would be every repository's of this person."""
    folder = repo.hooks_folder()
    shared = (repo.root / repo.run("rev-parse", "--git-common-dir").strip()).resolve()
    if not (folder.is_relative_to(repo.top().resolve()) or folder.is_relative_to(shared)):
        raise RefusedError(
            f"core.hooksPath leads to {folder}, outside this repository. Call `ckreg check --staged` from "
            f'the pre-commit hook there, and `ckreg hooks check-message "$1"` from commit-msg.'
        )
    return folder
