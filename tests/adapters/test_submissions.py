"""One at a time sends jobs, on one host and across hosts."""

from dataclasses import replace
from pathlib import Path

import pytest

from ckreg.adapters.submissions import sending
from ckreg.adapters.tree import Home
from ckreg.adapters.tree.holders import this_process
from ckreg.errors import BusyError

KINDS = ("flock ext4\n", "link nfs4\n")


def shared_home(root: Path, kind: str) -> Home:
    home = Home(root)
    home.state.mkdir()
    (home.state / "lock.kind").write_text(kind)
    return home


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.split()[0])
def test_only_one_sends(tmp_path: Path, kind: str) -> None:
    home = shared_home(tmp_path, kind)
    with (
        sending(home, timeout_seconds=0),
        pytest.raises(BusyError, match="is held"),
        sending(home, timeout_seconds=0),
    ):
        pass
    with sending(home, timeout_seconds=0):
        pass
    assert [path.name for path in (home.state / "submissions").iterdir()] == ["lock"]


def test_who_sends_on_another_host_is_told(tmp_path: Path) -> None:
    home = shared_home(tmp_path, "link nfs4\n")
    with sending(home, timeout_seconds=0):
        pass
    other = home.state / "submissions" / "lock.link"
    other.write_text(replace(this_process(), host="node17", pid=1).text())
    with pytest.raises(BusyError, match=r"on node17.*remove the file"), sending(home, timeout_seconds=0):
        pass
    assert other.exists()
