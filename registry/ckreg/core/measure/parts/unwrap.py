"""A log as its program wrote it: without terminal codes, srun's labels, foreign line ends and NUL bytes."""

import re

_ANSI = re.compile(
    rb"\x1b(?:\[[0-9;?=>]{0,40}+[ -/]{0,2}+[@-~]|\][^\x07\x1b]{0,2000}+(?:\x07|\x1b\\)|[()][0-9A-B]|[78=>])"
)
_LABEL = re.compile(rb"[ \t]{0,4}+(\d{1,5}): ?")
_LABELLED = re.compile(rb"\n[ \t]{0,4}+\d{1,5}: ")  # a beginning that is fixed is searched ten times as fast
_BAR = re.compile(rb" \[\d{1,5}:\d\d(?::\d\d)?[<,]")
_HEAD = 20_000
_MOST = 0.9  # of the lines: a list of numbered items in a log is no output of `srun --label`


def unwrap(data: bytes) -> bytes:
    """The same object where nothing wraps the text, which is found out at the speed of a search."""
    if b"\0" in data:
        data = data.replace(b"\0", b"")
    data = without_codes(data)
    if b"^M" in data and data.count(b"^M") > data.count(b"\r"):
        data = data.replace(b"^M", b"\r")
    if b"\r\n" in data and 2 * data.count(b"\r\n") > data.count(b"\n"):
        data = data.replace(b"\r\n", b"\n")
    return _without_labels(data) if _LABELLED.search(b"\n" + data[:_HEAD]) else data


def without_codes(data: bytes) -> bytes:
    """The bytes without the codes that terminals obey."""
    return _ANSI.sub(b"", data) if b"\x1b" in data else data


def verbatim(evidence: str, original: bytes) -> str:
    """The evidence as the original has it, whatever was taken out within it."""
    if not evidence or evidence in original.decode(errors="replace"):
        return evidence
    between = rb"(?:\x1b\[[0-9;?]{0,20}[@-~]|\0|\r|\n {0,4}\d{1,5}: ){0,20}+"
    pattern = between.join(re.escape(bytes([byte])) for byte in evidence.encode())
    try:
        match = re.search(pattern, original)
    except re.error:
        match = None
    return match[0].decode(errors="replace") if match else ""


def _without_labels(data: bytes) -> bytes:
    """Without `3: ` before each line; of the bars of many tasks, those of the first task stay."""
    lines = data.split(b"\n")
    sample = [line for line in lines[:200] if line.strip()]
    labels = {match[1] for line in sample if (match := _LABEL.match(line))}
    labelled = sum(_LABEL.match(line) is not None for line in sample)
    if not labels or labelled < _MOST * len(sample):
        return data
    first = min(labels, key=int)
    kept = []
    for line in lines:
        match = _LABEL.match(line)
        if match is None:
            kept.append(line)
        elif match[1] == first or not _BAR.search(line):
            kept.append(line[match.end() :])
    return b"\n".join(kept)
