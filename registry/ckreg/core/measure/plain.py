"""Any other log: how the job ended, as far as the text tells, and nothing else."""

import re

from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, Verdict
from ckreg.core.measure.outcome import TRACEBACK, fatal_verdict, last_line, scheduler_verdict

_BAR_SIGNS = (b"it/s", b"s/it")
# Words by which a program, not just the shell around it, shows; without any the framework is `none`.
_PROGRAM_SIGNS = (*_BAR_SIGNS, TRACEBACK, b"INFO", b"WARNING")
_UNFINISHED_BAR = re.compile(
    rb"(\d{1,12})/(\d{1,12}) \[[^]\r\n]{3,60}(?:it/s|s/it)[^]\r\n]{0,200}\][^\r\n]{0,80}"
)
_TAIL = 4000


def sniff(data: bytes) -> bool:
    """Every log can be read so far."""
    del data
    return True


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement with the outcome; an empty log's is unknown."""
    verdict = _verdict(data)
    program = any(sign in data for sign in _PROGRAM_SIGNS)
    return (
        Measurement(
            log_path=log_path,
            framework=Framework.OTHER if program else Framework.NONE,
            kind=Kind.OTHER,
            outcome=verdict.outcome,
            outcome_evidence=verdict.evidence,
        ),
    )


def _verdict(data: bytes) -> Verdict:
    if by_scheduler := scheduler_verdict(data):
        return by_scheduler
    # A traceback that much text follows was caught, or was a part's: only the tail's is the job's.
    if fatal := fatal_verdict(data[-_TAIL * 10 :]):
        return fatal
    bars = list(_UNFINISHED_BAR.finditer(data[-_TAIL:]))
    if bars and bars[-1][1] != bars[-1][2] and not data[-_TAIL:][bars[-1].end() :].strip():
        return Verdict(Outcome.INCOMPLETE, last_line(data))
    return Verdict(Outcome.UNKNOWN, "")
