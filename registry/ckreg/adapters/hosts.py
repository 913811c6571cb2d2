"""The hosts that commit on a filesystem that several share: `.ckreg/commit_hosts`."""

import os

from ckreg.adapters.tree import Home, lock_choice, read_own, replace_text, state_folder
from ckreg.core.commit_hosts import host_patterns, is_among, with_host
from ckreg.core.mounts import is_network

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
        return "SLURM_JOB_ID" not in os.environ
    return is_among(os.uname().nodename, host_patterns(text))


def remember_host(home: Home) -> bool:
    """Note on a network filesystem that this host commits; gives whether the file changed.

    In a job nothing is noted.

    Raises:
        CkregError: `.ckreg/` cannot be written, or the file is not what it should be.
    """
    if "SLURM_JOB_ID" in os.environ or not is_network(lock_choice(home).filesystem):
        return False
    path = state_folder(home) / _NAME
    old = read_own(path)
    new = with_host(old, os.uname().nodename)
    if new == old:
        return False
    replace_text(path, new)
    return True
