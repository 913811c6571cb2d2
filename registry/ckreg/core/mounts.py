"""Filesystems: which of `/proc/self/mountinfo` a folder lies on, and what locks on it are worth."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from ckreg.core.text import one_line
from ckreg.errors import MalformedError


class LockKind(StrEnum):
    """How a registry's lock is held: by the kernel, or by the existence of a file."""

    FLOCK = "flock"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted filesystem: where, of which kind (`ext4`, `nfs4`), with which options."""

    point: str
    filesystem: str
    options: frozenset[str] = frozenset()


# One machine has them at a time, so that its kernel sees every lock.
_LOCAL = {
    "apfs", "bcachefs", "btrfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuse.fuse-overlayfs",
    "fuseblk", "hfsplus", "jfs", "msdos", "nilfs2", "ntfs3", "overlay", "ramfs", "reiserfs", "rootfs",
    "squashfs", "tmpfs", "udf", "vfat", "xfs", "zfs",
}  # fmt: skip
# Several machines share them, and flock on one excludes all others: GPFS and the cluster filesystems by their
# distributed lock managers, CephFS by its metadata server. Lustre does where it is mounted with `flock`.
_FLOCK_ACROSS_HOSTS = {"ceph", "gfs2", "gpfs", "mmfs", "ocfs2"}
_ESCAPED = re.compile(r"\\([0-7]{3})")
_FIELDS_BEFORE_OPTIONAL = 6
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


def mounts_in(text: str) -> list[Mount]:
    """The mounts of a `/proc/self/mountinfo` (proc(5)); lines of another form are passed over."""
    found = []
    for line in text.split("\n"):
        fields = line.split(" ")
        try:
            dash = fields.index("-", _FIELDS_BEFORE_OPTIONAL)
            kind, _, of_filesystem = fields[dash + 1 : dash + 4]
        except ValueError:
            continue
        options = {*fields[5].split(","), *of_filesystem.split(",")}
        found.append(Mount(_unescaped(fields[4]), kind, frozenset(options)))
    return found


def mount_of(folder: str, mounts: Iterable[Mount]) -> Mount | None:
    """The mount that a folder (absolute, without links) lies on: the deepest, of equal ones the last."""
    path = PurePosixPath(folder)
    over = [mount for mount in mounts if path.is_relative_to(mount.point)]
    deepest = max((len(PurePosixPath(mount.point).parts) for mount in over), default=0)
    return next((m for m in reversed(over) if len(PurePosixPath(m.point).parts) == deepest), None)


def lock_kind(mount: Mount | None) -> LockKind:
    """The lock that excludes everybody who sees the filesystem; an unknown one gets the careful kind."""
    if mount is None or mount.filesystem in _LOCAL | _FLOCK_ACROSS_HOSTS:
        return LockKind.FLOCK
    if mount.filesystem == "lustre" and "flock" in mount.options:
        return LockKind.FLOCK
    return LockKind.LINK


def is_network(filesystem: str) -> bool:
    """Whether other machines may write there too; unknown filesystems count as if they could."""
    return filesystem not in _LOCAL


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a registry's `.ckreg/lock.kind` says: the kind of lock, and the filesystem it was chosen for."""

    kind: LockKind
    filesystem: str

    def text(self) -> str:
        """As the file has it."""
        return f"{self.kind} {self.filesystem}\n"


def chosen(mount: Mount | None) -> Chosen:
    """The choice for a filesystem; where the machine does not tell (no `/proc`) it counts as local."""
    name = mount.filesystem if mount and _NAME.fullmatch(mount.filesystem) else "unknown"
    return Chosen(lock_kind(mount), name if mount else "tmpfs")


def read_chosen(text: str, where: str) -> Chosen:
    """The choice that a registry's file has.

    Raises:
        MalformedError: the file says something else.
    """
    words = text.split()
    if len(words) == 2 and words[0] in set(LockKind) and _NAME.fullmatch(words[1]):  # noqa: PLR2004  # kind, name
        return Chosen(LockKind(words[0]), words[1])
    shown = one_line(text[:40])
    raise MalformedError(
        f"{where}:1: {shown!r} is no kind of lock (`flock ext4`, `link nfs4`). "
        f"Remove the file while no ckreg runs; the next call writes it anew."
    )


def _unescaped(path: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), path)
