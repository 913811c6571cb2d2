import os
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home, locked, may_commit, remember_host
from ckreg.errors import RefusedError


@pytest.fixture
def shared_home(tmp_path: Path) -> Home:
    """A registry on a network filesystem, as its record says."""
    home = Home(tmp_path)
    home.state.mkdir()
    (home.state / "lock.kind").write_text("link nfs4\n")
    return home


def test_on_a_local_filesystem_every_host_commits(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.state.mkdir()
    (home.state / "lock.kind").write_text("flock ext4\n")
    (home.state / "commit_hosts").write_text("login1\n")
    assert may_commit(home)
    assert not remember_host(home)


def test_the_file_decides_on_a_network_filesystem(shared_home: Home) -> None:
    (shared_home.state / "commit_hosts").write_text("elsewhere*\n")
    assert not may_commit(shared_home)
    with pytest.raises(RefusedError, match="does not commit here"), locked(shared_home):
        pass
    assert remember_host(shared_home)
    assert may_commit(shared_home)
    assert (shared_home.state / "commit_hosts").read_text() == f"elsewhere*\n{os.uname().nodename}\n"
    assert not remember_host(shared_home)


def test_a_fresh_clone_commits_but_not_from_a_job(shared_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert may_commit(shared_home)
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    assert not may_commit(shared_home)
    assert not (shared_home.state / "commit_hosts").exists()
