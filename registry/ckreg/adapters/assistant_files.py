"""The files that assistants read: those of the package, and those in a project or in a person's home."""

import contextlib
import os
from importlib import resources
from pathlib import Path

from ckreg.adapters.tree import read_text, replace_parts
from ckreg.errors import NotFoundError, OutsideError, RefusedError

SKILL = Path(".claude/skills/design-experiment/SKILL.md")
AGENTS = Path("AGENTS.md")


def template(name: str) -> str:
    """The text of `SKILL.md` or of the section of `AGENTS.md`."""
    return resources.files("ckreg").joinpath("templates", "assistant", name).read_text(encoding="utf-8")


def read(root: Path, path: Path, *, linked: bool = False) -> str | None:
    """A file under `root`, None where there is none; its folders may be `linked` where a person made them.

    Raises:
        RefusedError: the file, or else a folder on the way to it, is a link.
        CkregError: it cannot be read.
    """
    for part in (path,) if linked else (path, *path.parents):
        if (root / part).is_symlink() and part != Path():
            raise RefusedError(
                f"{root / part} is a link, and ckreg writes through none. Put a file or folder there."
            )
    try:
        return read_text(root / path)
    except NotFoundError:
        return None


def write(root: Path, path: Path, text: str) -> None:
    """Put a file under `root` into its place whole.

    Raises:
        OutsideError: it cannot be written.
    """
    replace_parts(root / path, [text.encode()])


def remove(root: Path, path: Path) -> None:
    """Remove a file, and the folders on the way to it that are empty then.

    Raises:
        OutsideError: it cannot be removed.
    """
    try:
        (root / path).unlink()
    except OSError as error:
        raise OutsideError(f"{root / path} cannot be removed: {error.strerror}.") from error
    with contextlib.suppress(OSError):  # somebody else's files are in it
        for folder in list(path.parents)[:-1]:
            os.rmdir(root / folder)  # noqa: PTH106  # `removal` takes what is in it, too
