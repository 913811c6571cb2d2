"""The filesystem under the registry: what it does is tried out in a scratch folder in `.ckreg/`."""

from collections.abc import Iterator

from ckreg.adapters.proving import clock_skew, counted, fsync_seconds, replaced, scratch, sqlite_fault
from ckreg.adapters.tree import (
    host,
    in_job,
    lock_choice,
    may_commit,
    mount_at,
    remember_host,
    state_folder,
)
from ckreg.core.health import Finding, clone
from ckreg.core.health import mount as rules
from ckreg.core.mounts import is_network
from ckreg.flows.doctoring.patient import Clone


def filesystem(at: Clone) -> Iterator[Finding]:
    """Which it is, which lock it gets, and whether this host commits there."""
    choice = lock_choice(at.home)
    yield rules.lock_record(choice, mount_at(at.home.state))
    if is_network(choice.filesystem):
        if not in_job():
            remember_host(at.home)
        yield clone.commit_hosts(host(), may_commit(at.home), in_job())


def behaviour(at: Clone) -> Iterator[Finding]:
    """Locks exclude, renames are atomic, fsync works, SQLite locks, clocks agree."""
    choice = lock_choice(at.home)
    with scratch(state_folder(at.home)) as folder:
        yield rules.excludes(counted(folder, choice), choice.kind)
        yield rules.rename_is_atomic(replaced(folder))
        try:
            yield rules.fsync_works(fsync_seconds(folder), "")
        except OSError as error:
            yield rules.fsync_works(None, error.strerror or str(error))
        yield rules.sqlite_locks(sqlite_fault(folder))
        yield rules.clocks_agree(clock_skew(folder))
