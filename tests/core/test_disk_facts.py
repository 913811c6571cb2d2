"""The room for checkpoints, and the advice where it is short."""

from ckreg.core.disk_facts import DiskFacts
from ckreg.core.quota import Quota


def facts(
    free: float | None, left: float | None, free_files: int | None = None, files: int | None = None
) -> DiskFacts:
    quota = None if left is None else Quota("/scratch/gpfs", left, 500.0, files, "it covers scratch_dir")
    return DiskFacts("/scratch/gpfs/ada", free, None, free_files, quota)


def test_the_smaller_of_free_space_and_quota_counts() -> None:
    by_quota = facts(2150.0, 82.0)
    assert (by_quota.available_gib, by_quota.what_limits) == (82.0, "quota of /scratch/gpfs; 2,150 GiB free")
    by_disk = facts(40.0, 82.0)
    assert (by_disk.available_gib, by_disk.what_limits) == (
        40.0,
        "free; the quota of /scratch/gpfs leaves 82 GiB",
    )
    assert (facts(40.0, None).available_gib, facts(40.0, None).what_limits) == (40.0, None)
    assert facts(None, 82.0).available_gib == 82.0
    assert facts(None, None).available_gib is None


def test_inodes_count_too() -> None:
    assert facts(2150.0, None, free_files=100).fits(1.0, 99)
    assert facts(2150.0, None, free_files=100).fits(1.0, 101) is False
    assert facts(2150.0, 82.0, free_files=10**6, files=50).fits(1.0, 51) is False
    assert facts(None, None).fits(1.0) is None


def test_what_fits_needs_no_advice() -> None:
    assert facts(2150.0, 82.0).advice_for(81.0, 100) is None


def test_the_advice_names_what_is_short_and_what_can_be_done() -> None:
    told = facts(2150.0, 82.0).advice_for(120.0, 0, ["save fewer epochs"]) or ""
    assert told.startswith(
        "/scratch/gpfs/ada has 82 GiB left of the quota of /scratch/gpfs and the plan needs 120 GiB: "
    )
    for way in ("epoch_*", "save fewer epochs", "more quota", "another scratch_dir"):
        assert way in told
    told = facts(40.0, None).advice_for(120.0) or ""
    assert told.startswith("/scratch/gpfs/ada has 40 GiB free and the plan needs 120 GiB")
    assert "quota" not in told
    told = facts(2150.0, 82.0, free_files=10**6, files=50).advice_for(1.0, 400) or ""
    assert "has room for 50 files left of the quota of /scratch/gpfs and the plan needs about 400" in told


def test_a_quota_that_is_not_known_is_said_so() -> None:
    unknown = DiskFacts("/scratch", 40.0, quota_reason="the answer is not understood: Hello")
    assert unknown.advice_for(1.0) == (
        "Look at your quota yourself, as quota_command does not tell it: the answer is not understood: Hello."
    )
    assert unknown.told == "40 GiB available; quota not known: the answer is not understood: Hello"


def test_all_that_is_known_on_one_line() -> None:
    assert facts(2150.0, 82.0, free_files=1_234_567, files=98_765).told == (
        "2,150 GiB available; about 1,200,000 inodes free; quota: 82 GiB left of 500 GiB on /scratch/gpfs, "
        "about 99,000 files left (it covers scratch_dir)"
    )
    none = DiskFacts("/scratch", 40.0, quota=Quota("", None, None, None, "no quota is set"))
    assert none.told == "40 GiB available; quota: none (no quota is set)"
    unlimited = DiskFacts(
        "/scratch", 40.0, quota=Quota("/scratch", None, None, None, "it covers scratch_dir")
    )
    assert unlimited.told == "40 GiB available; quota: no limit on /scratch (it covers scratch_dir)"
    assert unlimited.what_limits is None
