"""Any other log: how the job ended, as far as the text tells, and what the scheduler wrote of it."""

from ckreg.core.measure.ends.ending import ending
from ckreg.core.measure.ends.epilogue import with_epilogue
from ckreg.core.measure.ends.outcome import TRACEBACK
from ckreg.core.measure.measurement import Framework, Kind, Measurement
from ckreg.core.measure.readers.bars import kind_of

# Words by which a program, not just the shell around it, shows; without any the framework is `none`.
_PROGRAM_SIGNS = (TRACEBACK, b"INFO", b"WARNING")
# A traceback that much text follows was caught, or was a part's: only the tail's is the job's.
_TAIL = 40_000


def sniff(data: bytes) -> bool:
    """Every log can be read so far."""
    del data
    return True


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement with the outcome; an empty log's is unknown."""
    verdict = ending(data, max(0, len(data) - _TAIL))
    program = any(sign in data for sign in _PROGRAM_SIGNS)
    measured = Measurement(
        log_path=log_path,
        framework=Framework.OTHER if program else Framework.NONE,
        kind=kind_of(data) if program else Kind.OTHER,
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )
    return (with_epilogue(measured, data),)
