"""How a job ended: the scheduler's words, the fatal ones and those of success, weighed."""

import re

from ckreg.core.measure.ends.outcome import fatal_verdict, scheduler_verdict, shown
from ckreg.core.measure.measurement import Outcome, Verdict

# Sentences by which people's scripts end; each is looked for in the tail only, from a line's beginning on.
_SUCCESS = re.compile(
    rb"(?im)^[^\r\n]{0,60}?(?:\btraining (?:is |was )?(?:completed?|done|finished)\b"
    rb"|\b(?:finished|done|completed) (?:training|fine-?tuning)\b"
    rb"|\ball (?:\w{1,20} )?(?:done|completed?|finished)\b"
    rb"|\b(?:completed|finished|ended) successfully\b|\bsuccessfully (?:completed|finished)\b"
    rb"|\b(?:job|script|run|experiment|pipeline|evaluation|inference) (?:has )?(?:completed?|done|finished)\b"
    rb"|\bsaved (?:the )?(?:final )?(?:model|merged model|adapter|weights)(?: weights)? (?:to|in|at)\b"
    rb"|^(?:done|finished|complete)[.! ]{0,6}$|\bexit (?:code|status)[:=]? ?0\b"
    rb"|\bprocess \d{1,9} exits successfully"
    rb"|out of bounds values : 0 ok)[^\r\n]{0,100}"
)
_TAIL = 6000
_REQUEUED = re.compile(
    rb"(?i)(?:scontrol requeue|\brequeu(?:ed?|e?ing)(?: exp| (?:slurm )?job:?)) {0,3}\d{1,12}\b"
)
# Lines of epilogues, which stand after the program's own last words.
_EPILOGUE = re.compile(rb"-{20,}\s+Begin Slurm Epilog|={40,}\s+Slurm Job Statistics|\nwandb: ")


def success_in_tail(text: bytes) -> Verdict | None:
    """The last sentence of success near the end of the program's words."""
    epilogue = _EPILOGUE.search(text, max(0, len(text) - 10 * _TAIL))
    end = epilogue.start() if epilogue else len(text)
    last = None
    for last in _SUCCESS.finditer(text[max(0, end - _TAIL) : end]):  # noqa: B007  # the last one
        pass
    return Verdict(Outcome.COMPLETED, shown(last[0])) if last else None


def ending(
    data: bytes, since: int, *, success: re.Pattern[bytes] | None = None, unfinished: bytes = b""
) -> Verdict:
    """The scheduler's word, else the last fatal one since offset `since`, else success, else none.

    `success` is what only a whole job's end prints: where it follows a fatal word, that was survived.
    `unfinished` is the evidence that the program's main loop had not ended.
    """
    if by_scheduler := scheduler_verdict(data):
        return by_scheduler
    text = data[since:]
    last = None
    for last in success.finditer(text) if success else ():  # noqa: B007  # the last one
        pass
    fatal = fatal_verdict(text)
    if fatal and (last is None or last.start() < text.rfind(_beginning(fatal.evidence))):
        return fatal
    if last:
        return Verdict(Outcome.COMPLETED, shown(last[0]))
    if requeued := _REQUEUED.search(text, max(0, len(text) - _TAIL)):
        return Verdict(Outcome.REQUEUED, shown(requeued[0]))
    if unfinished:
        return Verdict(Outcome.INCOMPLETE, shown(unfinished))
    return success_in_tail(text) or Verdict(Outcome.UNKNOWN, "")


def _beginning(evidence: str) -> bytes:
    """Enough of it to find it again; what was no text is left out."""
    return evidence.partition("\ufffd")[0].encode()[:80]
