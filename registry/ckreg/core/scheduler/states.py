"""The states of a Slurm job: their names, long, short or cut, and what each means for a run."""

from enum import Enum, auto

from ckreg.core.measure.measurement import Outcome

UNKNOWN = "unknown"


class Phase(Enum):
    """How far a job in a state is."""

    WAITING = auto()
    RUNNING = auto()
    ENDED = auto()
    BETWEEN = auto()  # it ended, and may begin again under the same id
    UNCLEAR = auto()  # nothing follows from it


# Every state of Slurm, with its short code and what it means for us; UNKNOWN where the job has not ended.
_STATES = {
    "COMPLETED": ("CD", Outcome.COMPLETED, Phase.ENDED),
    "FAILED": ("F", Outcome.FAILED, Phase.ENDED),
    "LAUNCH_FAILED": ("LF", Outcome.FAILED, Phase.ENDED),
    "TIMEOUT": ("TO", Outcome.TIMEOUT, Phase.ENDED),
    "DEADLINE": ("DL", Outcome.TIMEOUT, Phase.ENDED),
    "OUT_OF_MEMORY": ("OOM", Outcome.OOM_HOST, Phase.ENDED),
    "CANCELLED": ("CA", Outcome.CANCELLED, Phase.ENDED),
    "BOOT_FAIL": ("BF", Outcome.NODE_FAIL, Phase.BETWEEN),
    "PREEMPTED": ("PR", Outcome.PREEMPTED, Phase.BETWEEN),
    "NODE_FAIL": ("NF", Outcome.NODE_FAIL, Phase.BETWEEN),
    "REQUEUED": ("RQ", Outcome.REQUEUED, Phase.UNCLEAR),
    "REVOKED": ("RV", Outcome.CANCELLED, Phase.UNCLEAR),  # another cluster of a federation runs it
    "PENDING": ("PD", Outcome.UNKNOWN, Phase.WAITING),
    "CONFIGURING": ("CF", Outcome.UNKNOWN, Phase.WAITING),
    "REQUEUE_HOLD": ("RH", Outcome.UNKNOWN, Phase.WAITING),
    "REQUEUE_FED": ("RF", Outcome.UNKNOWN, Phase.WAITING),
    "RESV_DEL_HOLD": ("RD", Outcome.UNKNOWN, Phase.WAITING),
    "SPECIAL_EXIT": ("SE", Outcome.UNKNOWN, Phase.WAITING),
    "RUNNING": ("R", Outcome.UNKNOWN, Phase.RUNNING),
    "SUSPENDED": ("S", Outcome.UNKNOWN, Phase.RUNNING),
    "COMPLETING": ("CG", Outcome.UNKNOWN, Phase.RUNNING),
    "RESIZING": ("RS", Outcome.UNKNOWN, Phase.RUNNING),
    "SIGNALING": ("SI", Outcome.UNKNOWN, Phase.RUNNING),
    "STAGE_OUT": ("SO", Outcome.UNKNOWN, Phase.RUNNING),
    "STOPPED": ("ST", Outcome.UNKNOWN, Phase.RUNNING),
}
_SHORT = {code: name for name, (code, _, _) in _STATES.items()}


def state_of(text: str) -> str:
    """Slurm's state in full: `CANCELLED by 0`, `CANCELLED+` and `CA` are CANCELLED; else `unknown`."""
    word = text.strip().partition(" ")[0].upper()
    if word in _STATES:
        return word
    if word in _SHORT:
        return _SHORT[word]
    if word.endswith("+") and len(word) > 1:
        fitting = [state for state in _STATES if state.startswith(word[:-1])]
        if len(fitting) == 1:
            return fitting[0]
    return UNKNOWN


def outcome_of(state: str) -> Outcome:
    """What a state means for a run; unknown also while the job has not ended."""
    return _STATES[state][1] if state in _STATES else Outcome.UNKNOWN


def phase_of(state: str) -> Phase:
    """How far a job in this state is; nothing follows from a state that is not known."""
    return _STATES[state][2] if state in _STATES else Phase.UNCLEAR
