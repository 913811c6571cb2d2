"""The spool: requests to change a status, until somebody who holds the lock commits them.

The requests of one call are one file, JSON lines, written beside its place and renamed: a killed process
leaves a whole one or none. Whoever commits moves a file to `taken/` first. So a file in the spool itself is
in no commit, and its owner may take it back; one that is found in `taken/` was left by a process that died,
and may be in a commit. `answers/` has the word for those who wait, `refused/` what could not be carried out.
"""

from ckreg.adapters.spool.answers import Answer, answer, forget_old_answers, take_answer
from ckreg.adapters.spool.bundles import (
    Bundle,
    claim,
    give_back,
    is_claimed,
    is_empty,
    look,
    pending,
    put,
    remove,
    take_back,
)
from ckreg.adapters.spool.refusals import Refusal, refusal_of, refuse, show_refused

__all__ = [
    "Answer",
    "Bundle",
    "Refusal",
    "answer",
    "claim",
    "forget_old_answers",
    "give_back",
    "is_claimed",
    "is_empty",
    "look",
    "pending",
    "put",
    "refusal_of",
    "refuse",
    "remove",
    "show_refused",
    "take_answer",
    "take_back",
]
