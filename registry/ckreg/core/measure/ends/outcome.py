"""How a job ended: the scheduler's word, then the log's last fatal one, each with the text that proves it."""

import re

from ckreg.core.measure.measurement import Outcome, Verdict

TRACEBACK = b"Traceback (most recent call last)"

_CANCELLED = re.compile(
    rb"\*\*\* (JOB|STEP) [^\s]{1,40}(?: ON [^\s]{1,200})? CANCELLED"
    rb"(?: AT [^\s]{1,40}(?:[ \n]DUE TO ([A-Z ]{1,40}))?| DUE TO ([A-Z ]{1,40}))[^*\r\n]{0,100}(?:\*\*\*)?"
)
_REASONS = {
    b"TIME LIMIT": Outcome.TIMEOUT,
    b"PREEMPTION": Outcome.PREEMPTED,
    b"NODE FAILURE": Outcome.NODE_FAIL,
    b"JOB REQUEUE": Outcome.REQUEUED,
}
_OOM_HOST = re.compile(
    rb"error: Detected \d+ oom[-_]kill event[^\r\n]{0,120}"
    rb"|error: [^\r\n]{1,80}: tasks? [\d,-]+: Out Of Memory"
    rb"|(?:Job|Step|StepId=)[ =]?[\d.]+ exceeded memory limit[^\r\n]{0,80}"
    rb"|error: Exceeded (?:job|step) memory limit[^\r\n]{0,80}"
    rb"|PBS: job killed: v?mem [^\r\n]{0,80}|TERM_MEMLIMIT[^\r\n]{0,80}"
)
# The words that open each alternative above: searching them first is ten times as fast as the pattern.
_OOM_HOST_SIGNS = (b"oom_kill", b"oom-kill", b"Out Of Memory", b"memory limit", b"PBS: job", b"TERM_MEM")
# Other schedulers' words, and what `seff` or `jobstats` print of the job within its own log.
_OTHER_WORDS = re.compile(
    rb"PBS: job killed: (?P<pbs>walltime)[^\r\n]{0,80}"
    rb"|TERM_(?P<lsf>RUNLIMIT|OWNER|ADMIN|PREEMPT|REQUEUE_OWNER|REQUEUE_ADMIN|LOAD)[^\r\n]{0,80}"
    rb"|\n *State: (?P<state>[A-Z_]{4,20})(?: \(exit code \d{1,3}\))?"
    rb"|\n(?P<done>Successfully completed\.)(?=\s)|\nExited with (?P<exit>(?:exit code|signal) [^\r\n]{1,60})"
    rb"|\*\*\* (?:JOB|STEP) [^\r\n]{1,200} (?P<failed>FAILED) \(non-zero exit code[^\r\n]{0,60}"
)
_OTHER_SIGNS = (b"PBS: job", b"TERM_", b"State: ", b"LSBATCH", b"FAILED (non-zero")
_SEFF = (b"CPU Efficiency: ", b"Job ID: ", b"Slurm Job Statistics")
_OTHER_OUTCOMES = {
    b"walltime": Outcome.TIMEOUT,
    b"RUNLIMIT": Outcome.TIMEOUT,
    b"OWNER": Outcome.CANCELLED,
    b"ADMIN": Outcome.CANCELLED,
    b"PREEMPT": Outcome.PREEMPTED,
    b"LOAD": Outcome.PREEMPTED,
    b"REQUEUE_OWNER": Outcome.REQUEUED,
    b"REQUEUE_ADMIN": Outcome.REQUEUED,
    b"COMPLETED": Outcome.COMPLETED,
    b"FAILED": Outcome.FAILED,
    b"TIMEOUT": Outcome.TIMEOUT,
    b"OUT_OF_MEMORY": Outcome.OOM_HOST,
    b"CANCELLED": Outcome.CANCELLED,
    b"NODE_FAIL": Outcome.NODE_FAIL,
    b"PREEMPTED": Outcome.PREEMPTED,
    b"REQUEUED": Outcome.REQUEUED,
    b"BOOT_FAIL": Outcome.NODE_FAIL,
}
_OOM_GPU = re.compile(
    rb"(?:CUDA|HIP|XPU|MPS|NPU) (?:backend )?out of memory|OutOfMemoryError|CUDA error: out of memory"
    rb"|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|RESOURCE_EXHAUSTED: Out of memory"
)
_OOM_OF_HOST = re.compile(rb"^MemoryError|DefaultCPUAllocator: |Cannot allocate memory|std::bad_alloc")
# None begins with a repetition: on a line of megabytes such a pattern would try each byte as its start.
_PLAIN_ERROR = re.compile(
    rb": command not found|tune(?: \w{1,20})?: error: "
    rb"|: error: (?:unrecognized arguments|argument |the follow)"
    rb"|line \d{1,6}: +\d{1,9} (?:Killed|Segmentation fault|Aborted|Bus error|Terminated)"
    rb"|Watchdog caught collective operation timeout|terminate called after throwing|Fatal Python error: "
    rb"|(?:Segmentation fault|Bus error|Aborted) \(core dumped\)|can't open file '"
    rb"|exits with return code = -?[1-9]|Exit code: +[1-9]|[Ee]xit(?:ed with)? (?:code|status)[:=]? *[1-9]"
    rb"|task [\d,-]{1,40}: (?:Exited with exit code [1-9]|Killed|Segmentation|Aborted|Bus error)"
    rb"|task [\d,-]{1,40}s: (?:Exited with exit code [1-9]|Killed|Segmentation|Aborted|Bus error)"
)
_STOPPED = re.compile(
    rb"Main process received SIG(?:INT|TERM), exiting|SignalException: Process \d{1,9} got signal: (?:2|15)\b"
)
_LABEL = re.compile(rb"(?:\d{1,6}: |\[rank\d{1,6}\]:? ?)?")  # srun --label, torchrun
_LINE_END = re.compile(rb"[\r\n]")
_LINE = re.compile(rb"[^\r\n]++")
_IGNORED = b"Exception ignored in"
_WRAPPERS = (b"ChildFailedError", b"CalledProcessError", b"SystemExit")  # that a child failed, not why
_MOST_TRACEBACKS = 24
_LONGEST_TRACEBACK = 200_000


def scheduler_verdict(text: bytes) -> Verdict | None:
    """What the scheduler wrote into the log of the job's end, None where nothing."""
    cancelled = list(_CANCELLED.finditer(text)) if b" CANCELLED " in text else []
    for match in reversed(cancelled):
        if outcome := _REASONS.get((match[2] or match[3] or b"").strip()):
            return Verdict(outcome, shown(match[0]))
    if any(sign in text for sign in _OOM_HOST_SIGNS) and (match := _OOM_HOST.search(text)):  # type: ignore[assignment]
        return Verdict(Outcome.OOM_HOST, shown(match[0]))
    jobs = [match for match in cancelled if match[1] == b"JOB"]
    if jobs:
        return Verdict(Outcome.CANCELLED, shown(jobs[-1][0]))
    if any(sign in text for sign in _OTHER_SIGNS) and (verdict := _other_scheduler(text)):
        return verdict
    if cancelled:  # srun also ends a step whose task failed: then the task says why
        return fatal_verdict(text) or Verdict(Outcome.CANCELLED, shown(cancelled[-1][0]))
    return None


def _other_scheduler(text: bytes) -> Verdict | None:
    by_seff, by_lsf = any(sign in text for sign in _SEFF), b"LSBATCH" in text
    found = None
    for match in _OTHER_WORDS.finditer(text):
        kind = str(match.lastgroup)
        if kind == "state" and not by_seff:
            continue
        if kind in {"done", "exit"}:
            if by_lsf:
                outcome = Outcome.COMPLETED if kind == "done" else Outcome.FAILED
                found = Verdict(outcome, shown(match[0]))
        elif (word := match[kind]) in _OTHER_OUTCOMES:
            found = Verdict(_OTHER_OUTCOMES[word], shown(match[0]))
    if found and found.outcome is Outcome.FAILED:  # the log may know better why
        return fatal_verdict(text) or found
    return found


def fatal_verdict(text: bytes) -> Verdict | None:
    """The last fatal word of a program: an exception's last line, or an error of the shell."""
    if stopped := _STOPPED.search(text):
        return Verdict(Outcome.CANCELLED, shown(stopped[0]))
    errors = _exceptions(text)
    for error in errors:
        if _OOM_GPU.search(error):  # the other tasks die of this one's end
            return Verdict(Outcome.OOM_GPU, shown(error))
    own = next((error for error in errors if not any(name in error for name in _WRAPPERS)), None)
    last = own or _plain_error(text) or (errors[0] if errors else None)
    if last is None:
        return None
    if _OOM_GPU.search(last):
        return Verdict(Outcome.OOM_GPU, shown(last))
    if _OOM_OF_HOST.search(last):
        return Verdict(Outcome.OOM_HOST, shown(last))
    interrupted = last.startswith(b"KeyboardInterrupt")
    return Verdict(Outcome.CANCELLED if interrupted else Outcome.FAILED, shown(last))


def last_line(text: bytes) -> str:
    """The last line that is not blank, as evidence that a log just stops."""
    tail = text[-2000:].rstrip()
    return shown(_LINE_END.split(tail)[-1])


def shown(evidence: bytes) -> str:
    """Evidence as text, at most 500 characters of it, none of them cut in two."""
    return evidence.strip()[:2000].decode(errors="replace")[:500]


def _exceptions(text: bytes) -> list[bytes]:
    """The last lines of the last tracebacks, the last first."""
    found = []
    end = len(text)
    for _ in range(_MOST_TRACEBACKS):
        start = text.rfind(TRACEBACK, 0, end)
        if start < 0:
            break
        end = start
        if _IGNORED not in text[max(0, start - 300) : start]:
            found.append(_exception_line(text, start))
    return found


def _plain_error(text: bytes) -> bytes | None:
    match = None
    for match in _PLAIN_ERROR.finditer(text, max(0, len(text) - _LONGEST_TRACEBACK)):  # noqa: B007  # the last one
        pass
    if match is None:
        return None
    before = _LINE_END.split(text[max(0, match.start() - 200) : match.start()])[-1]
    return before + _LINE_END.split(text[match.start() : match.end() + 200])[0]


def _exception_line(text: bytes, start: int) -> bytes:
    """The first line after the frames, which are indented (or, by rich, in a box)."""
    lines = _LINE.finditer(text, start, start + _LONGEST_TRACEBACK)
    first = next(lines)[0]
    for match in lines:
        line = match[0]
        rest = line[_LABEL.match(line).end() :]  # type: ignore[union-attr]  # it matches the empty text
        if rest.startswith(TRACEBACK):
            continue  # of another task, line by line between this one's
        if rest.strip() and rest[:1] not in b" \t" and rest[:2] not in {b"\xe2\x94", b"\xe2\x95"}:
            return rest
    return first
