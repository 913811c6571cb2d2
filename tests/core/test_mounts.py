import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.mounts import (
    Chosen,
    LockKind,
    Mount,
    chosen,
    is_network,
    lock_kind,
    mount_of,
    mounts_in,
    read_chosen,
)
from ckreg.errors import MalformedError

# Lines as a login node of a cluster has them; the first is the example of proc(5).
MOUNTINFO = r"""36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
1 0 8:1 / / rw,relatime shared:1 - xfs /dev/sda1 rw,attr2
50 1 0:44 / /home rw,relatime shared:30 - nfs4 nas:/home rw,vers=4.2,local_lock=none,addr=10.0.0.1
51 1 0:45 / /scratch rw,relatime - lustre 10.0.0.2@o2ib:/scratch rw,flock,lazystatfs
52 1 0:46 / /scratch2 rw,relatime - lustre 10.0.0.2@o2ib:/scratch2 rw,localflock,lazystatfs
53 1 0:47 / /gpfs rw,relatime - gpfs gpfs0 rw
54 1 0:48 / /auto rw,relatime - autofs /etc/auto rw
55 54 0:49 / /auto rw,relatime - nfs nas:/auto rw,vers=3
56 1 0:50 / /my\040group rw - fuse.sshfs host:/x rw
nonsense
57 1 0:51 / /cut - tmpfs
"""


@pytest.mark.parametrize(
    ("folder", "filesystem", "kind", "network"),
    [
        ("/mnt2/a", "ext3", LockKind.FLOCK, False),
        ("/srv/registry", "xfs", LockKind.FLOCK, False),
        ("/homes", "xfs", LockKind.FLOCK, False),
        ("/home/ada/registry", "nfs4", LockKind.LINK, True),
        ("/scratch/lab", "lustre", LockKind.FLOCK, True),
        ("/scratch2/lab", "lustre", LockKind.LINK, True),
        ("/gpfs", "gpfs", LockKind.FLOCK, True),
        ("/auto/x", "nfs", LockKind.LINK, True),
        ("/my group/x", "fuse.sshfs", LockKind.LINK, True),
    ],
)
def test_the_kind_follows_the_filesystem(
    folder: str, filesystem: str, kind: LockKind, *, network: bool
) -> None:
    mount = mount_of(folder, mounts_in(MOUNTINFO))
    assert mount is not None
    assert mount.filesystem == filesystem
    assert lock_kind(mount) == kind
    assert is_network(filesystem) is network


def test_no_mounts_are_a_machine_without_proc() -> None:
    assert mount_of("/a", []) is None
    assert chosen(None).kind == LockKind.FLOCK
    assert not is_network(chosen(None).filesystem)


def test_the_record_reads_back() -> None:
    assert chosen(Mount("/", "nfs4")).text() == "link nfs4\n"
    assert read_chosen("link nfs4\n", "lock.kind") == Chosen(LockKind.LINK, "nfs4")
    assert read_chosen("flock ext4", "lock.kind") == Chosen(LockKind.FLOCK, "ext4")


def test_a_filesystem_of_any_name_can_be_recorded() -> None:
    odd = Mount("/", "fuse.my fs\x1b[31m")
    assert read_chosen(chosen(odd).text(), "") == Chosen(LockKind.LINK, "unknown")


@pytest.mark.parametrize("text", ["", "soft ext4", "flock", "flock ext4 more", "flock a/b", "\x1b]0;x\x07"])
def test_a_record_of_another_kind_is_explained(text: str) -> None:
    with pytest.raises(MalformedError, match=r"lock\.kind:1: .*Remove the file") as raised:
        read_chosen(text, "/r/.ckreg/lock.kind")
    assert str(raised.value).isprintable()


@given(st.text())
def test_any_mountinfo_is_read(text: str) -> None:
    mount_of("/a/b", mounts_in(text))


@given(st.text(min_size=1))
def test_a_record_of_any_text_is_shown_harmless(text: str) -> None:
    with pytest.raises(MalformedError) as raised:
        read_chosen(f"x{text}", "lock.kind")
    assert len(str(raised.value).splitlines()) == 1
    assert "\x1b" not in str(raised.value)
