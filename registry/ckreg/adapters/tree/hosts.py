"""The hosts that commit on a filesystem that several share: `.ckreg/commit_hosts`."""

import os

from ckreg.adapters.tree.files import replace_text
from ckreg.adapters.tree.home import Home
from ckreg.adapters.tree.kind import lock_choice
from ckreg.adapters.tree.state import read_own, state_folder
from ckreg.core.commit_hosts import host_patterns, is_among, with_host
from ckreg.core.mounts import is_network
from ckreg.core.text import one_line
from ckreg.errors import RefusedError

_NAME = "commit_hosts"


def may_commit(home: Home) -> bool:
    """Whether this host takes the lock and commits; on a local filesystem every one does.

    On a network filesystem `.ckreg/commit_hosts` decides. Where there is none (a fresh clone), a host does
    unless the call is part of a Slurm job: a compute node that dies must not hold up the rest.

    Raises:
        MalformedError: the file, or the record of the filesystem, is not what it should be.
    """
    if not is_network(lock_choice(home).filesystem):
        return True
    text = read_own(home.state / _NAME)
    if text is None:
        return not in_job()
    return is_among(host(), host_patterns(text))


def refuse_unless_commits(home: Home) -> None:
    """See that this host may take the lock.

    Raises:
        RefusedError: it may not.
    """
    if not may_commit(home):
        path = home.state / _NAME
        raise RefusedError(
            f"{one_line(host())} does not commit here: {path} does not name it. "
            f"Call this on a host that does, or add a line with its name."
        )


def remember_host(home: Home) -> bool:
    """Note on a network filesystem that this host commits; gives whether the file changed.

    Raises:
        CkregError: `.ckreg/` cannot be written, or the file is not what it should be.
    """
    if not is_network(lock_choice(home).filesystem):
        return False
    path = state_folder(home) / _NAME
    old = read_own(path)
    new = with_host(old, host())
    if new == old:
        return False
    replace_text(path, new)
    return True


def host() -> str:
    """This host's name."""
    return os.uname().nodename


def in_job() -> bool:
    """Whether this call is part of a Slurm job."""
    return "SLURM_JOB_ID" in os.environ
