"""Rules about what the registry's filesystem was seen to do."""

from typing import NamedTuple

from ckreg.core.health.finding import Finding, ok, warn, wrong
from ckreg.core.mounts import Chosen, LockKind, Mount, chosen, is_network

_ELSEWHERE = "Move the registry to another filesystem (the other clones can stay)."
_SLOW_SECONDS = 1.0
_SKEW_SECONDS = 5.0


class Counted(NamedTuple):
    """What several processes counted under the lock; `failed` is what one of them said."""

    processes: int
    expected: int
    found: int
    failed: str = ""


def excludes(seen: Counted, kind: LockKind) -> Finding:
    """Nobody else is in while one holds the lock."""
    if seen.failed:
        return wrong("lock", f"The lock ({kind}) cannot be taken: {seen.failed}", _ELSEWHERE)
    if seen.found != seen.expected:
        return wrong(
            "lock",
            f"{seen.processes} processes counted to {seen.found} instead of {seen.expected}: "
            f"locks ({kind}) do not exclude here.",
            _ELSEWHERE,
        )
    return ok("lock", f"Locks exclude ({kind}; {seen.processes} processes counted to {seen.expected}).")


def lock_record(recorded: Chosen, mount: Mount | None) -> Finding:
    """The kind of lock that was recorded is the one for this filesystem."""
    here = chosen(mount)
    if recorded.kind is here.kind and is_network(recorded.filesystem) == is_network(here.filesystem):
        return ok("filesystem", f"The registry lies on {here.filesystem}; the lock is `{recorded.kind}`.")
    return wrong(
        "filesystem",
        f"The lock `{recorded.kind}` was chosen for {recorded.filesystem}, "
        f"and from here this is {here.filesystem}, which needs `{here.kind}`.",
        "When no ckreg runs on any host: `ckreg doctor --fix` records it anew.",
    )


class Replaced(NamedTuple):
    """What a reader saw while a file was being replaced: texts read, torn ones, moments without a file."""

    reads: int
    torn: int
    missing: int


def rename_is_atomic(seen: Replaced) -> Finding:
    """A reader sees the old file or the new one."""
    if seen.torn or seen.missing:
        return wrong(
            "rename",
            f"Of {seen.reads} reads while a file was replaced {seen.torn} saw half a file and "
            f"{seen.missing} none.",
            _ELSEWHERE,
        )
    return ok("rename", f"Replacing a file is atomic (read {seen.reads} times meanwhile).")


def fsync_works(seconds: float | None, failed: str) -> Finding:
    """Files can be synced to disk, in a time that people can wait for."""
    if seconds is None:
        return wrong("fsync", f"fsync failed: {failed}.", _ELSEWHERE)
    if seconds > _SLOW_SECONDS:
        return warn("fsync", f"fsync takes {seconds:.1f} s here.", "Each commit needs some; ask who runs it.")
    return ok("fsync", f"fsync works ({seconds * 1000:.0f} ms).")


def clocks_agree(skew_seconds: float) -> Finding:
    """The file server's clock is this machine's."""
    if abs(skew_seconds) > _SKEW_SECONDS:
        return warn(
            "clock",
            f"This machine's clock is {skew_seconds:+.0f} s from the file server's.",
            "Times in Status may be off; ask for a time service (NTP) on both.",
        )
    return ok("clock", "This machine's clock and the filesystem's agree.")


def sqlite_locks(failed: str | None) -> Finding:
    """Of two processes only one writes to an SQLite file."""
    if failed is None:
        return ok("sqlite", "SQLite's locks exclude here.")
    return wrong("sqlite", f"SQLite's locks do not work: {failed}.", _ELSEWHERE)
