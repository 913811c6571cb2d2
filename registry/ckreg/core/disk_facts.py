"""The room for checkpoints where the jobs write, with the advice where it is short or not known."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from ckreg.core.quota import Quota
from ckreg.core.units import count, gib


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """The room where the jobs write: free space in GiB and free inodes (None: not known), and the quota.

    `reason` says why the free space is not known, `quota_reason` why the quota is not although a command
    for it is set.
    """

    path: str | None
    free_gib: float | None
    reason: str | None = None
    free_files: int | None = None
    quota: Quota | None = None
    quota_reason: str | None = None

    @property
    def available_gib(self) -> float | None:
        """The smaller of what is free and what the quota leaves; None where neither is known."""
        return min((room for room in (self.free_gib, self._quota_gib) if room is not None), default=None)

    @property
    def available_files(self) -> int | None:
        """The same of inodes."""
        left = self.quota.files_left if self.quota else None
        return min((room for room in (self.free_files, left) if room is not None), default=None)

    @property
    def _quota_gib(self) -> float | None:
        return self.quota.left_gib if self.quota else None

    @property
    def by_quota(self) -> bool:
        """Whether the quota leaves less than is free."""
        left = self._quota_gib
        return left is not None and (self.free_gib is None or left < self.free_gib)

    @property
    def what_limits(self) -> str | None:
        """Which of the two is the smaller one, with the other; None where no quota is known."""
        if self.quota is None or self._quota_gib is None or self.available_gib is None:
            return None
        if self.by_quota:
            free = "" if self.free_gib is None else f"; {gib(self.free_gib)} free"
            return f"quota of {self.quota.name}{free}"
        return f"free; the quota of {self.quota.name} leaves {gib(self._quota_gib)}"

    @property
    def told(self) -> str:
        """All that is known, on one line."""
        free = f"Not known: {self.reason}" if self.free_gib is None else f"{gib(self.free_gib)} available"
        inodes = [] if self.free_files is None else [f"about {_rounded(self.free_files)} inodes free"]
        return "; ".join([free, *inodes, *self._quota_told()])

    def _quota_told(self) -> list[str]:
        if self.quota_reason:
            return [f"quota not known: {self.quota_reason}"]
        if self.quota is None:
            return []
        if self.quota.left_gib is None or self.quota.limit_gib is None:
            limit = f"no limit on {self.quota.name}" if self.quota.name else "none"
            left = limit
        else:
            left = f"{gib(self.quota.left_gib)} left of {gib(self.quota.limit_gib)} on {self.quota.name}"
        files = self.quota.files_left
        inodes = "" if files is None else f", about {_rounded(files)} files left"
        return [f"quota: {left}{inodes} ({self.quota.choice})"]

    def fits(self, needed_gib: float, needed_files: int = 0) -> bool | None:
        """Whether so much fits; None where the space is not known."""
        if self.available_gib is None:
            return None
        files = self.available_files
        return needed_gib <= self.available_gib and (files is None or needed_files <= files)

    @property
    def advice(self) -> str | None:
        """What to do where the space or the quota is not known."""
        if self.quota_reason:
            return f"Look at your quota yourself, as quota_command does not tell it: {self.quota_reason}."
        if self.available_gib is not None:
            return None
        if self.path is None:
            return "Set scratch_dir, so that the free space can be checked."
        return f"Look at the free space of {self.path} yourself: {self.reason}."

    def advice_for(self, needed_gib: float, needed_files: int = 0, ways: Sequence[str] = ()) -> str | None:
        """What to do where so much does not fit or the space is not known; `ways` are those of the plan."""
        if self.path is None or self.fits(needed_gib, needed_files) is not False:
            return self.advice
        short_of_space = needed_gib > (self.available_gib or 0.0)
        files = f"room for {count(self.available_files or 0)} files"
        has = gib(self.available_gib or 0.0) if short_of_space else files
        needs = gib(needed_gib) if short_of_space else f"about {count(needed_files)}"
        left = self.by_quota if short_of_space else self._files_by_quota
        whose = f"left of the quota of {self.quota.name}" if left and self.quota else "free"
        clean = f"clean up old checkpoints there (`du -sh {shlex.quote(self.path)}/*/epoch_*` shows them)"
        todo = [clean, *ways, *(["ask for more quota"] if left else []), "or choose another scratch_dir"]
        return f"{self.path} has {has} {whose} and the plan needs {needs}: {', '.join(todo)}."

    @property
    def _files_by_quota(self) -> bool:
        left = self.quota.files_left if self.quota else None
        return left is not None and left == self.available_files


def _rounded(number: int) -> str:
    """Two digits and zeros: the last ones change from one moment to the next."""
    return count(int(float(f"{number:.2g}")))


DISK_NOT_LOOKED_AT = DiskFacts(None, None)
"""What is known of the disk before anybody has looked."""
