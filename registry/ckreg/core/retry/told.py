"""What commits tell of a job that failed: the evidence that `sync` or the job itself gave, read back."""

import re
from dataclasses import dataclass

from ckreg.core.measure.measurement import Outcome
from ckreg.core.scheduler.states import outcome_of, state_of

_STATE = re.compile(r"(?:sacct|squeue|queue of this machine): (\w+\+?)")
_SECONDS = r"\b{name} (\d{{1,9}}) s\b"
_MEMORY = re.compile(r"\bmax RSS ([\d,]{1,9}(?:\.\d{1,2})?) GiB")
_BY_NOTE = (
    ("out of GPU memory", Outcome.OOM_GPU),
    ("OUT_OF_MEMORY", Outcome.OOM_HOST),
    ("TIMEOUT", Outcome.TIMEOUT),
    ("DEADLINE", Outcome.TIMEOUT),
    ("NODE_FAIL", Outcome.NODE_FAIL),
    ("BOOT_FAIL", Outcome.NODE_FAIL),
    ("PREEMPTED", Outcome.PREEMPTED),
    ("CANCELLED", Outcome.CANCELLED),
)
_SAY_WHY = (
    Outcome.OOM_GPU,
    Outcome.OOM_HOST,
    Outcome.TIMEOUT,
    Outcome.NODE_FAIL,
    Outcome.PREEMPTED,
    Outcome.CANCELLED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The outcome with what the scheduler said of time and memory; None is not known."""

    outcome: Outcome = Outcome.UNKNOWN
    limit_seconds: float | None = None
    elapsed_seconds: float | None = None
    max_rss_gib: float | None = None


def read_evidence(text: str | None) -> Told:
    """What a trailer's evidence says, as `core.scheduler.notes.evidence` writes it."""
    text = text or ""
    state = _STATE.match(text)
    memory = _MEMORY.search(text)
    return Told(
        outcome=outcome_of(state_of(state[1])) if state else Outcome.UNKNOWN,
        limit_seconds=_seconds(text, "limit"),
        elapsed_seconds=_seconds(text, "elapsed"),
        max_rss_gib=float(memory[1].replace(",", "")) if memory else None,
    )


def _seconds(text: str, name: str) -> float | None:
    match = re.search(_SECONDS.format(name=name), text)
    return float(match[1]) if match else None


def read_note(ours: str) -> Outcome:
    """What a row's note of ckreg's says of how its job ended."""
    return next((outcome for word, outcome in _BY_NOTE if ours.startswith(word)), Outcome.UNKNOWN)


def telling(*outcomes: Outcome) -> Outcome:
    """Of several words on one job the first that says why it failed, in the order of what is surest."""
    said = [outcome for outcome in outcomes if outcome in _SAY_WHY]
    return min(said, key=_SAY_WHY.index, default=Outcome.FAILED)
