"""How far a job is, from the beginning and the end of its log."""

from dataclasses import dataclass

from ckreg.core.measure import Measurement, Outcome, read_log
from ckreg.core.measure.bars.frames import read_frames


@dataclass(frozen=True, slots=True)
class Advance:
    """Steps (`unit` is `step`) or samples done, of how many; what the log does not say is None.

    `seconds_left` are those of the steps that are left: saves and validations are not in them. `outcome` is
    the log's word on how the job ended.
    """

    done: int | None = None
    total: int | None = None
    unit: str = "step"
    seconds_left: float | None = None
    outcome: Outcome = Outcome.UNKNOWN

    @property
    def share(self) -> float | None:
        """How much is done, from 0 to 1."""
        if self.done is None or not self.total:
            return None
        return min(1.0, self.done / self.total)


def advance_of(head: bytes, tail: bytes, log_path: str) -> Advance:
    """How far the last job of the log is; `head` is empty where the tail is all of it."""
    whole = _last(b"\n".join(part for part in (head, tail) if part), log_path)
    if whole.samples_total and whole.samples_done is not None and whole.steps_total is None:
        return _advance(whole, whole.samples_done, whole.samples_total, "sample", whole.seconds_per_sample)
    # Between head and tail steps are missing: how long one takes is read from the tail alone.
    speed = (_last(tail, log_path).seconds_per_step if head else None) or whole.seconds_per_step
    return _advance(whole, whole.steps_done, whole.steps_total, "step", speed or _average(tail))


def _last(data: bytes, log_path: str) -> Measurement:
    """Of several jobs in one file the last one, as it was begun anew."""
    return read_log(data, log_path=log_path)[-1]


def _advance(
    told: Measurement, done: int | None, total: int | None, unit: str, seconds_each: float | None
) -> Advance:
    left = None
    if done is not None and total and seconds_each:
        left = max(0, total - done) * seconds_each
    return Advance(done, total, unit, left, told.outcome)


def _average(tail: bytes) -> float | None:
    """Seconds a step since the bar began, as its last frame tells; a young job has told no more."""
    frames = read_frames(tail)
    last = frames[-1] if frames else None
    return last.seconds / last.done if last and last.done and last.seconds else None
