"""The hook stubs: puts them into git's hooks folder beside what is there, and takes them out again."""

import shlex
import sys
from importlib import resources
from pathlib import Path

from ckreg.adapters.tree import read_text, replace_text
from ckreg.errors import OutsideError, RefusedError

STUBS = ("pre-commit", "commit-msg")
MARK = "ckreg-hook 7d0f5c1e"


def stub_text(name: str, registry: str) -> str:
    """The stub for this machine: the interpreter that runs now, the way from git's top to the registry."""
    text = resources.files("ckreg").joinpath("hooks", name).read_text(encoding="utf-8")
    return text.replace("@PYTHON@", shlex.quote(sys.executable)).replace("@REGISTRY@", shlex.quote(registry))


def install_stub(folder: Path, name: str, text: str) -> bool:
    """Put a stub into the hooks folder; a hook that is there becomes `<name>.legacy`, which the stub calls.

    Returns:
        Whether anything changed.

    Raises:
        RefusedError: there is a foreign hook and a `.legacy` one as well.
        OutsideError: the folder cannot be written.
    """
    hook, legacy = folder / name, folder / f"{name}.legacy"
    if hook.exists() and not is_ours(hook):
        if legacy.exists():
            raise RefusedError(
                f"{hook} is not ours, and {legacy.name} is there too. Join the two into one first."
            )
        _move(hook, legacy)
    if hook.exists() and read_text(hook) == text:
        return False
    replace_text(hook, text)
    hook.chmod(0o755)
    return True


def remove_stub(folder: Path, name: str) -> bool:
    """Take a stub out and put the hook back that was there before; gives whether there was one of ours."""
    hook, legacy = folder / name, folder / f"{name}.legacy"
    if not (hook.exists() and is_ours(hook)):
        return False
    hook.unlink()
    if legacy.exists():
        _move(legacy, hook)
    return True


def is_ours(hook: Path) -> bool:
    """Whether a hook is a stub of ckreg's."""
    return MARK.encode() in hook.read_bytes()


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError as error:
        raise OutsideError(f"{source} cannot be moved to {target.name}: {error.strerror}.") from error
