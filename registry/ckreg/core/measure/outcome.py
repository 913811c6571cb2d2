"""How a job ended: the scheduler's word, then the log's last fatal one, each with the text that proves it."""

import re

from ckreg.core.measure.measurement import Outcome, Verdict

TRACEBACK = b"Traceback (most recent call last)"

_CANCELLED = re.compile(
    rb"\*\*\* (?:JOB|STEP) [^\s]{1,40} ON [^\s]{1,200} CANCELLED AT [^\s]{1,40}"
    rb"(?: DUE TO ([A-Z ]{1,40}))?[^*\r\n]{0,100}(?:\*\*\*)?"
)
_REASONS = {
    b"TIME LIMIT": Outcome.TIMEOUT,
    b"PREEMPTION": Outcome.PREEMPTED,
    b"NODE FAILURE": Outcome.NODE_FAIL,
    b"JOB REQUEUE": Outcome.REQUEUED,
}
_OOM_HOST = re.compile(
    rb"error: Detected \d+ oom[-_]kill event[^\r\n]{0,120}|error: [^\r\n]{1,80}: task \d+: Out Of Memory"
    rb"|Job \d+ exceeded memory limit[^\r\n]{0,80}|error: Exceeded job memory limit[^\r\n]{0,80}"
)
# The words that open each alternative above: searching them first is ten times as fast as the pattern.
_OOM_HOST_SIGNS = (b"oom_kill", b"oom-kill", b"Out Of Memory", b"memory limit")
_OOM_GPU = re.compile(rb"(?:CUDA|HIP|XPU) out of memory|torch\.(?:cuda\.)?OutOfMemoryError")
# None begins with a repetition: on a line of megabytes such a pattern would try each byte as its start.
_PLAIN_ERROR = re.compile(
    rb": command not found|tune(?: \w{1,20})?: error: "
    rb"|line \d{1,6}: +\d{1,9} (?:Killed|Segmentation fault|Aborted|Bus error)"
)

_LABEL = re.compile(rb"(?:\d{1,6}: |\[rank\d{1,6}\]:? ?)?")  # srun --label, torchrun
_LINE_END = re.compile(rb"[\r\n]")
_IGNORED = b"Exception ignored in"
_WRAPPERS = (b"ChildFailedError", b"CalledProcessError")  # they report that a child failed, not why
_MOST_TRACEBACKS = 8
_LONGEST_TRACEBACK = 200_000


def scheduler_verdict(text: bytes) -> Verdict | None:
    """What slurmstepd, slurmctld or srun wrote into the log of the job's end, None where nothing."""
    cancelled = list(_CANCELLED.finditer(text)) if b"CANCELLED AT " in text else []
    for match in reversed(cancelled):
        if outcome := _REASONS.get((match[1] or b"").strip()):
            return Verdict(outcome, shown(match[0]))
    if any(sign in text for sign in _OOM_HOST_SIGNS) and (match := _OOM_HOST.search(text)):  # type: ignore[assignment]
        return Verdict(Outcome.OOM_HOST, shown(match[0]))
    return Verdict(Outcome.CANCELLED, shown(cancelled[-1][0])) if cancelled else None


def fatal_verdict(text: bytes) -> Verdict | None:
    """The last fatal word of a program: an exception's last line, or an error of the shell."""
    error = _last_exception(text) or _plain_error(text)
    if error is None:
        return None
    if _OOM_GPU.search(error):
        return Verdict(Outcome.OOM_GPU, shown(error))
    interrupted = error.startswith(b"KeyboardInterrupt")
    return Verdict(Outcome.CANCELLED if interrupted else Outcome.FAILED, shown(error))


def last_line(text: bytes) -> str:
    """The last line that is not blank, as evidence that a log just stops."""
    tail = text[-2000:].rstrip()
    return shown(_LINE_END.split(tail)[-1])


def shown(evidence: bytes) -> str:
    """Evidence as text, at most 500 bytes of it."""
    return evidence.strip()[:500].decode(errors="replace")


def _last_exception(text: bytes) -> bytes | None:
    found = None
    end = len(text)
    for _ in range(_MOST_TRACEBACKS):
        start = text.rfind(TRACEBACK, 0, end)
        if start < 0:
            break
        end = start
        if _IGNORED in text[max(0, start - 300) : start]:
            continue
        error = _exception_line(text[start : start + _LONGEST_TRACEBACK])
        found = found or error
        if not any(name in error for name in _WRAPPERS):
            return error
    return found


def _plain_error(text: bytes) -> bytes | None:
    match = _PLAIN_ERROR.search(text)
    if match is None:
        return None
    before = _LINE_END.split(text[max(0, match.start() - 200) : match.start()])[-1]
    return before + _LINE_END.split(text[match.start() : match.end() + 200])[0]


def _exception_line(traceback: bytes) -> bytes:
    """The first line after the frames, which are indented (or, by rich, in a box)."""
    first, *lines = _LINE_END.split(traceback)
    for line in lines:
        rest = line[_LABEL.match(line).end() :]  # type: ignore[union-attr]  # it matches the empty text
        if rest.strip() and rest[:1] not in b" \t" and rest[:2] not in {b"\xe2\x94", b"\xe2\x95"}:
            return rest
    return first
