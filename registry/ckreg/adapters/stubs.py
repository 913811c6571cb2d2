"""The hook stubs: puts them into git's hooks folder beside what is there, and takes them out again."""

import os
import re
import shlex
import sys
from importlib import resources
from pathlib import Path

from ckreg.adapters.tree import replace_parts
from ckreg.errors import OutsideError, RefusedError

STUBS = ("pre-commit", "pre-merge-commit", "commit-msg")
SERVER_STUBS = ("pre-receive",)
MARK = "ckreg-hook 7d0f5c1e"
# Not `.legacy`: the pre-commit framework calls a hook of that name itself; both would call each other.
_KEPT = "before-ckreg"
_LEGACY = "legacy"
_LARGEST = 1024 * 1024  # bytes; a larger hook is a program, and none of ours
_EXECUTABLE = 0o755
_PYTHON = re.compile(r"^python=(.+)$", re.MULTILINE)


def stub_text(name: str, registry: str) -> str:
    """The stub for this machine: the interpreter that runs now, the way from git's top to the registry."""
    text = resources.files("ckreg").joinpath("hooks", name).read_text(encoding="utf-8")
    return text.replace("@PYTHON@", shlex.quote(sys.executable)).replace("@REGISTRY@", shlex.quote(registry))


def install_stub(folder: Path, name: str, text: str) -> bool:
    """Put a stub into the hooks folder; a hook that is there is kept, and called by the stub first.

    Where the pre-commit framework was installed over our stub, it has kept and calls that: there it stays.

    Returns:
        Whether anything changed.

    Raises:
        RefusedError: a foreign hook came after ours, which has kept another one.
        OutsideError: the folder cannot be written.
    """
    hook, kept, legacy = (folder / part for part in (name, f"{name}.{_KEPT}", f"{name}.{_LEGACY}"))
    if os.path.lexists(hook) and not is_ours(hook):
        if is_ours(legacy):
            return _write(legacy, text)
        if os.path.lexists(kept):
            raise RefusedError(
                f"{hook} is not ours, and {kept.name} is there too. Join the two into one first."
            )
        _move(hook, kept)
    try:
        return _write(hook, text)
    except BaseException:
        if os.path.lexists(kept) and not os.path.lexists(hook):
            _move(kept, hook)
        raise


def remove_stub(folder: Path, name: str) -> bool:
    """Take a stub out and put the hook back that was there before; gives whether there was one of ours."""
    kept = folder / f"{name}.{_KEPT}"
    ours = installed_stub(folder, name)
    if ours is None:
        return False
    try:
        ours.unlink()
    except OSError as error:
        raise OutsideError(f"{ours} cannot be removed: {error.strerror}.") from error
    if os.path.lexists(kept):
        _move(kept, ours)
    return True


def is_ours(hook: Path) -> bool:
    """Whether a hook is a stub of ckreg's; a link is somebody's own."""
    if hook.is_symlink() or not hook.is_file() or hook.stat().st_size > _LARGEST:
        return False
    return MARK.encode() in hook.read_bytes()


def installed_stub(folder: Path, name: str) -> Path | None:
    """Where our stub lies, None where it is not installed."""
    return next((path for path in (folder / name, folder / f"{name}.{_LEGACY}") if is_ours(path)), None)


def interpreter_of(stub: Path) -> Path:
    """The interpreter that a stub names."""
    found = _PYTHON.search(stub.read_text(errors="replace"))
    try:
        return Path(*shlex.split(found[1])) if found else Path("/dev/null")
    except ValueError:
        return Path("/dev/null")


def _write(hook: Path, text: str) -> bool:
    """Put a stub in its place whole; gives whether it was another one or not executable before."""
    if is_ours(hook) and hook.read_bytes() == text.encode() and os.access(hook, os.X_OK):
        return False
    replace_parts(hook, [text.encode()], mode=_EXECUTABLE)
    return True


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError as error:
        raise OutsideError(f"{source} cannot be moved to {target.name}: {error.strerror}.") from error
