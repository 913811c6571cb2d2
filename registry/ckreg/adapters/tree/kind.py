"""Which kind of lock a registry has: recorded once in `.ckreg/lock.kind`, so that all use the same one."""

import contextlib
import os
from pathlib import Path

from ckreg.adapters.tree.files import file_mode
from ckreg.adapters.tree.home import Home
from ckreg.adapters.tree.state import read_own, state_folder
from ckreg.core.mounts import Chosen, Mount, chosen, mount_of, mounts_in, read_chosen
from ckreg.errors import OutsideError

MOUNTINFO = Path("/proc/self/mountinfo")


def lock_choice(home: Home) -> Chosen:
    """What is recorded; where nothing is, the choice for this filesystem, recorded now.

    Raises:
        MalformedError: the record is none.
        OutsideError: `.ckreg/` cannot be written.
    """
    path = state_folder(home) / "lock.kind"
    text = read_own(path)
    if text is None:
        try:
            _record(path, chosen(mount_at(home.state)))
        except OSError as error:
            raise OutsideError(f"{path} cannot be written: {error.strerror}.") from error
        text = read_own(path) or ""
    return read_chosen(text, str(path))


def recorded_choice(home: Home) -> Chosen | None:
    """What is recorded, None where nothing is.

    Raises:
        MalformedError: the record is none.
    """
    path = home.state / "lock.kind"
    text = read_own(path)
    return None if text is None else read_chosen(text, str(path))


def mount_at(folder: Path) -> Mount | None:
    """The filesystem under a folder, None where the machine does not tell (no `/proc`)."""
    try:
        text = MOUNTINFO.read_bytes().decode(errors="surrogateescape")
    except OSError:
        return None
    return mount_of(os.path.realpath(folder), mounts_in(text))


def _record(path: Path, choice: Chosen) -> None:
    """Write it whole or not at all; of several processes, on several hosts perhaps, the first one wins."""
    beside = path.with_name(f".{path.name}.{os.uname().nodename}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        beside.write_text(choice.text())
        beside.chmod(file_mode(path.parent))
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        except OSError:  # a filesystem without hard links
            beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
