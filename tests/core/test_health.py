"""The rules of `ckreg doctor`: facts in, a finding out."""

from datetime import UTC, datetime, timedelta

import pytest

from ckreg.core.health import Finding, State, clone, machine, mount, setup, sharing, worst
from ckreg.core.health.holder import holder
from ckreg.core.holding import Holder, Life
from ckreg.core.mounts import Chosen, LockKind, Mount

NOW = datetime(2025, 10, 22, 15, 0, tzinfo=UTC)
ADA = Holder("login1", 4711, "ada", NOW - timedelta(minutes=1), 5, "pid:[1]", "00")
LONG_AGO = Holder("node17", 4711, "ada", NOW - timedelta(hours=3), 5, "pid:[1]", "00")
EXT4, NFS = Mount("/", "ext4"), Mount("/", "nfs4")
OK, WARN, WRONG = State.OK, State.WARN, State.WRONG

CASES: list[tuple[Finding, State, str]] = [
    (machine.git_version("git version 2.39.5"), OK, "git 2.39.5; 2.36 or newer"),
    (machine.git_version("git version 2.36.0"), OK, "2.36.0"),
    (machine.git_version("git version 3.0.1 (Apple Git-154)"), OK, "3.0.1"),
    (machine.git_version("git version 2.35.9"), WRONG, "older than 2.36"),
    (machine.git_version("git version 1.8.3.1"), WRONG, "core.fsync"),
    (machine.git_version("busybox"), WARN, "'busybox', which is no version"),
    (machine.git_version(None), WRONG, "not on PATH"),
    (machine.identity("Ada <ada@example.org> 1761141600 +0000"), OK, "by Ada <ada@example.org>."),
    (machine.identity(None), WRONG, "does not know who you are"),
    (machine.slurm("sacct", "slurm 24.05.1", None), OK, "sacct answers (Slurm 24.05.1)."),
    (machine.slurm("sacct", "slurm 24.05.1", "sacct: error: no db"), WARN, "did not answer: error: no db"),
    (machine.slurm("squeue", None, "no answer within 10 s"), WARN, "squeue did not answer"),
    (machine.no_slurm(), OK, "No Slurm here"),
    (mount.excludes(mount.Counted(4, 60, 60), LockKind.FLOCK), OK, "4 processes counted to 60"),
    (mount.excludes(mount.Counted(4, 60, 41), LockKind.FLOCK), WRONG, "counted to 41 instead of 60"),
    (mount.excludes(mount.Counted(4, 60, 0, "no locks"), LockKind.LINK), WRONG, "cannot be taken: no locks"),
    (mount.lock_record(Chosen(LockKind.FLOCK, "ext4"), EXT4), OK, "lies on ext4; the lock is `flock`"),
    (mount.lock_record(Chosen(LockKind.LINK, "nfs"), NFS), OK, "`link`"),
    (mount.lock_record(Chosen(LockKind.FLOCK, "ext4"), NFS), WRONG, "from here this is nfs4"),
    (mount.lock_record(Chosen(LockKind.FLOCK, "ext4"), Mount("/", "gpfs")), WRONG, "this is gpfs"),
    (mount.rename_is_atomic(mount.Replaced(99, 0, 0)), OK, "read 99 times"),
    (mount.rename_is_atomic(mount.Replaced(99, 2, 1)), WRONG, "2 saw half a file and 1 none"),
    (mount.fsync_works(0.012, ""), OK, "12 ms"),
    (mount.fsync_works(3.0, ""), WARN, "3.0 s"),
    (mount.fsync_works(None, "Invalid argument"), WRONG, "Invalid argument"),
    (mount.clocks_agree(0.2), OK, "agree"),
    (mount.clocks_agree(-90.0), WARN, "-90 s"),
    (mount.sqlite_locks(None), OK, "exclude"),
    (mount.sqlite_locks("two processes may write at once"), WRONG, "two processes"),
    (clone.tracked([]), OK, "tracks nothing"),
    (clone.tracked([".ckreg/spool/a\x1b.json", "b", "c", "d"]), WRONG, ".ckreg/spool/a .json, b, c ..."),
    (clone.index_lock(None, None), OK, "No git was killed"),
    (clone.index_lock(3600.0, running=True), OK, "at work"),
    (clone.index_lock(3.0, running=False), OK, "at work"),
    (clone.index_lock(3600.0, running=False), WRONG, "1 h 00 min old and no git runs"),
    (clone.index_lock(3600.0, None), WARN, "perhaps here"),
    (clone.under_way(None, detached=False), OK, "No merge"),
    (clone.under_way("a rebase", detached=True), WARN, "A rebase is under way"),
    (clone.under_way(None, detached=True), WARN, "HEAD is detached"),
    (clone.spool([]), OK, "Nothing waits"),
    (clone.spool([5.0, 60.0]), OK, "2 status requests in the spool, the oldest since 60 s"),
    (clone.spool([5.0, 7200.0]), WARN, "the oldest since 2 h 00 min"),
    (clone.refused([300.0, 7200.0]), WARN, "2 requests could not be carried out, the newest 5 min ago"),
    (clone.unfinished(None), OK, "No change was left"),
    (clone.unfinished(1.0), OK, "just now"),
    (clone.unfinished(7200.0), WARN, "killed 2 h 00 min ago"),
    (clone.leftovers([]), OK, "No files"),
    (clone.leftovers([".lock.a", ".doctor.b"]), WARN, "2 files"),
    (clone.commit_hosts("login1", commits=True, in_job=False), OK, "login1 commits"),
    (clone.commit_hosts("node17", commits=False, in_job=True), OK, "in the spool"),
    (clone.commit_hosts("node17", commits=False, in_job=False), WARN, "does not name it"),
    (clone.cache(None, there=False), OK, "no cache yet"),
    (clone.cache("file is not a database", there=True), WARN, "not a database"),
    (holder(None, None, NOW), OK, "Nobody"),
    (holder(ADA, Life.ALIVE, NOW), OK, "held by ada on login1, process 4711"),
    (holder(ADA, Life.DEAD, NOW), WRONG, "has ended without giving it back"),
    (holder(LONG_AGO, Life.ALIVE, NOW), WARN, "3 h 00 min"),
    (holder(LONG_AGO, Life.UNKNOWN, NOW), WARN, "on node17"),
    (holder(None, Life.UNKNOWN, NOW), WARN, "does not name"),
    (setup.hooks({"pre-commit": True, "commit-msg": True}, python=True), OK, "pre-commit, commit-msg"),
    (setup.hooks({"pre-commit": True, "commit-msg": False}, python=True), WARN, "Not installed: commit-msg"),
    (setup.hooks({"pre-commit": True}, python=False), WARN, "moved or removed"),
    (setup.merge_driver(attribute=True, driver="x", runs=True), OK, "by row and cell"),
    (setup.merge_driver(attribute=False, driver="x", runs=True), WARN, "merge=ckreg"),
    (setup.merge_driver(attribute=True, driver=None, runs=False), WARN, "line by line"),
    (setup.merge_driver(attribute=True, driver="x", runs=False), WARN, "cannot be run"),
    (setup.setting("ckreg.toml:3: `x` is not a setting. Did you mean `y`?"), WARN, "not a setting"),
    (setup.malformed("ckreg.toml:3: not TOML"), WRONG, "ckreg.toml:3"),
    (setup.folder_missing("models_dir", "/nowhere", "ckreg.toml:3"), WARN, "models_dir is /nowhere"),
    (sharing.modes(False, {"a": 0o40755, "b": None}), OK, "one person's"),
    (sharing.modes(False, {"a": 0o40777}), WRONG, "Everybody may write a"),
    (sharing.modes(True, {"a": 0o42775, "b": 0o42770, "c": None}), OK, "a group's"),
    (sharing.modes(True, {"a": 0o40775, "b": 0o42755}), WRONG, "may not write a, b"),
    (sharing.umask(0o022, True), WARN, "0022"),
    (sharing.umask(0o007, True), OK, "0007"),
    (sharing.umask(0o022, False), OK, "0022"),
    (sharing.ownership("", "/r"), OK, "git works"),
    (sharing.ownership("fatal: detected dubious ownership in '/r'", "/r"), WRONG, "somebody else owns"),
    (sharing.ownership("fatal: not a git repository", "/r"), WRONG, "not a git repository"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("finding", "state", "words"), CASES, ids=[f"{case[0].check}-{case[2][:24]}" for case in CASES]
)
def test_a_rule_judges_its_facts(finding: Finding, state: State, words: str) -> None:
    assert finding.state is state
    assert words in finding.message
    assert bool(finding.remedy) is (state is not OK)
    assert "\x1b" not in finding.message + finding.remedy
    assert "\n" not in finding.message + finding.remedy


@pytest.mark.parametrize(
    ("value", "shared"),
    [
        (None, False),
        ("umask", False),
        ("false", False),
        ("0", False),
        ("0600", False),
        ("group", True),
        ("true", True),
        ("1", True),
        ("all", True),
        ("world", True),
        ("0660", True),
        ("0640", False),
        ("nonsense", False),
    ],
)
def test_sharing_is_read_as_git_does(value: str | None, *, shared: bool) -> None:
    assert sharing.is_shared(value) is shared


def test_the_worst_finding_counts() -> None:
    assert worst([]) is OK
    found = [machine.no_slurm(), machine.git_version(None), setup.malformed("x")]
    assert worst(found) is WRONG
    assert worst(found[:1]) is OK
