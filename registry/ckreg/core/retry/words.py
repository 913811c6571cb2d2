"""What a retry leaves in Notes and in the commit: every attempt with its end, and what was changed."""

from collections.abc import Iterable

from ckreg.core.retry.values import Corrected, Failed
from ckreg.core.scheduler.notes import split_notes, with_notes
from ckreg.core.text import one_line


def told_of(notes: str | None) -> str:
    """How the last attempt ended, as the row's notes say it; empty where they do not."""
    return ", ".join(split_notes(notes).ours)


def retry_notes(notes: str | None, failed: Failed, corrected: Corrected) -> str:
    """The row's notes for its next attempt: `attempt 1: TIMEOUT after 1 h, then time 1:00:00 to 2:30:00`."""
    then = ", ".join(change.words for change in corrected.changes)
    ended = f"attempt {failed.attempts}: {failed.told or 'failed'}"
    return with_notes(notes, [f"{ended}, then {then}" if then else ended])


def freed_notes(notes: str | None) -> str:
    """The notes of an evaluation that waits again: what its training's failure left there goes."""
    return with_notes(notes, ())


def retry_evidence(failed: Failed, corrected: Corrected) -> str:
    """All of it on one line, for the trailer."""
    changes = "; ".join(change.words for change in corrected.changes) or "request unchanged"
    reasons = "; ".join((*corrected.reasons, *([corrected.left] if corrected.left else [])))
    return one_line(
        f"retry: attempt {failed.attempts + 1} after {failed.outcome} of job {failed.job or '-'}: {changes}"
        f"{f' ({reasons})' if reasons else ''}"
    )


def message(experiment: str, told: Iterable[tuple[Failed, Corrected]]) -> str:
    """The message of the commit that changes the files."""
    lines = [f"{failed.key}: {retry_evidence(failed, found)}" for failed, found in told if found.changes]
    runs = f"{len(lines)} runs" if len(lines) != 1 else lines[0].partition(":")[0]
    return f"retry: {one_line(experiment)} ({runs})\n\n" + "\n".join(lines) + "\n"
