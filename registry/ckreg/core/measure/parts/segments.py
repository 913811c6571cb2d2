"""Several jobs in one file: where one ends and the next begins."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ckreg.core.measure.ends.outcome import TRACEBACK

# What shows that a job did something: a second banner before any of it is the same job's (one a rank).
_SIGNS_OF_WORK = (b"|Loss: ", b"it [", TRACEBACK, b"slurmstepd", b"heckpoint saved")

_BANNER = b" with resolved config:"
# What each framework alone prints, before or while it works.
_MARKS = {
    "torchtune": (
        b"|Loss: ",
        _BANNER,
        b"heckpoint saved in ",
        b" checkpoint of size ",
        b"been saved successfully.",
        b"tokens_per_second_per_gpu",
    ),
    "hf_trainer": (
        b"{'loss': ",
        b"'train_runtime': ",
        b"***** Running training *****",
        b"TrainingArguments(",
        b"SFTConfig(",
        b"transformers/trainer.py",
        b"trl/trainer/",
        b"trainable params: ",
    ),
    "megatron": (b"| elapsed time per iteration (ms): ", b"- end of arguments -"),
    "deepspeed": (b"\n[Step ",),
    "lm_eval": (b"|Version|", b"lm_eval.__main__", b"lm_eval:"),
    "inspect_ai": (b"\ntotal time: ", b"inspect eval"),
}
_ALL_MARKS = tuple(mark for marks in _MARKS.values() for mark in marks)
_DEEPSPEED = (b"[real_accelerator.py:", b"[runner.py:", b"[launch.py:")
_MOST_CHANGES = 20
_BEYOND = 1500  # bytes after torchtune's last mark in which its own bar may still be drawn
_PROLOGUE = re.compile(rb"(?:^|\n)-{20,200}\s{1,4}Begin Slurm Prolog")
_LSF_HEADER = re.compile(rb"(?:^|\n)(?:-{20,200}\n)?Sender: LSF System")
_LSF_FOOTER = re.compile(
    rb"The output \(if any\) is above this job summary\.\s{0,20}(?:PS:\s[^\n]{0,300}\n?(?:[^\n]{1,300}\n)?)?"
)
_JOB_END = re.compile(
    rb"\*\*\* JOB [^\s]{1,40}(?: ON [^\s]{1,200})? CANCELLED [^\r\n]{1,300}"
    rb"(?:\n(?:slurmstepd|srun|slurmctld)[^\n]{0,400}){0,20}\n?"
)
_LAUNCHER_END = re.compile(
    rb"Root Cause \(first observed failure\):[^=]{1,3000}={20,200}\n?"
    rb"(?:(?:slurmstepd|srun)[^\n]{0,400}\n?){0,20}"
)
_OOM_END = re.compile(rb"error: Detected \d{1,6} oom[-_]kill event[^\r\n]{1,300}\n?")
_NEW_BAR = re.compile(rb"(?<!\d)0/\d{1,9} \[00:00<\?")
_ANY_BAR = re.compile(rb"\d/\d{1,9} \[\d{1,5}:\d\d[^]\r\n]{0,100}\]?")
_LOOP = re.compile(rb"[\r\n] {0,3}\d{1,3}%\|[^|\r\n]{0,200}\| [1-9]\d{0,8}/\d{1,9} \[")
_LINE_END = re.compile(rb"[\r\n]+")
_START = re.compile(rb"with resolved config:|Running training|\[real_accelerator\.py:|Using nproc_per_node")
_START_OR_WORD = re.compile(_START.pattern + rb"|Traceback \(most recent|\bINFO\b|Epoch 0|\bloading\b")
_ENDS = (
    (b"*** JOB ", _JOB_END, _START_OR_WORD),
    (b"Root Cause (first observed", _LAUNCHER_END, _START),
    (b"error: Detected ", _OOM_END, _START),
)
# The last words of a job, up to which the text after its own lines still belongs to it.
_LAST_WORDS = re.compile(
    rb"\*\*\* JOB [^\r\n]{1,300}|error: Detected \d{1,6} oom[^\r\n]{0,200}|wandb: Find logs at[^\r\n]{0,200}"
    rb"|\n(?:\[rank\d{1,4}\]: )?\w[\w.]{0,80}(?:Error|Exception|Interrupt)\b[^\r\n]{0,500}"
    rb"|Job [^\r\n]{1,100}exceeded memory[^\r\n]{0,100}"
    rb"|\*\*\* Training complete \*\*\*|'(?:train|eval)_runtime'[^\r\n]{1,400}"
    rb"|\n[^\r\n]{0,40}(?i:training (?:is )?(?:done|completed?|finished)|all done|peak gpu mem)[^\r\n]{0,200}"
)


def split_jobs(data: bytes, banner: bytes) -> Sequence[bytes]:
    """The parts of a log, each from one job's banner line to the next; the first has what precedes, too."""
    starts = []
    at = data.find(banner)
    while at >= 0:
        starts.append(at)
        at = data.find(banner, at + len(banner))
    cuts = [0]
    for before, here in pairwise(starts):
        if any(data.find(sign, before, here) >= 0 for sign in _SIGNS_OF_WORK):
            cuts.append(max(_line_start(data, here), before + len(banner)))
    if len(cuts) == 1:
        return (data,)
    return tuple(data[start:end] for start, end in zip(cuts, [*cuts[1:], len(data)], strict=True))


def split_runs(data: bytes) -> Sequence[bytes]:
    """The parts of a log that other programs wrote, or the same after the scheduler had ended it."""
    cuts = {0, len(data), *_scheduler_cuts(data)}
    edges = sorted(cuts)
    cuts.update(*(_framework_cuts(data, start, end) for start, end in pairwise(edges)))
    if len(cuts) <= 2:  # noqa: PLR2004  # the whole
        return (data,)
    return tuple(data[start:end] for start, end in pairwise(sorted(cuts)))


def _scheduler_cuts(data: bytes) -> Iterator[int]:
    if b"Begin Slurm Prolog" in data:
        yield from (match.start() for match in _PROLOGUE.finditer(data))
    if b"Sender: LSF System" in data:
        footers = [match.end() for match in _LSF_FOOTER.finditer(data)]
        yield from footers or (match.start() for match in _LSF_HEADER.finditer(data))
    for sign, pattern, beginning in _ENDS:
        if sign in data:
            ends = [match.end() for match in pattern.finditer(data)]
            for end, following in pairwise([*ends, len(data)]):
                if _is_beginning(data, end, following, beginning):
                    yield end


def _is_beginning(data: bytes, start: int, end: int, beginning: re.Pattern[bytes]) -> bool:
    """Whether another job begins here; a bar that goes on is one of a job beside the one that ended."""
    if end - start < 100:  # noqa: PLR2004  # bytes: nothing that a job does is said in fewer
        return False
    bar = _ANY_BAR.search(data, start, end)
    if bar:
        new = _NEW_BAR.search(data, start, end)
        return new is not None and new.start() <= bar.start() + 20
    return beginning.search(data, start, end) is not None


def _framework_cuts(data: bytes, start: int, end: int) -> Iterator[int]:
    """Between the last words of one framework and the first of another."""
    marks = _MARKS
    if not any(data.find(mark, start, end) >= 0 for mark in _MARKS["hf_trainer"]):
        marks = _MARKS | {"deepspeed": (*_MARKS["deepspeed"], *_DEEPSPEED)}  # it is no other's servant here
    there = {
        name: words
        for name, words in marks.items()
        if any(data.find(mark, start, end) >= 0 for mark in words)
    }
    if len(there) > 1:
        yield from _between_frameworks(data, start, end, there)
    if "torchtune" not in there:
        return
    banner = data.find(_BANNER, start, end)
    if banner >= 0 and not any(data.find(mark, start, banner) >= 0 for mark in _ALL_MARKS):
        line = _line_start(data, banner)
        if _LOOP.search(data, start, line):
            yield line  # a run without words of its own before torchtune's
    if len(there) == 1:
        last = max(data.rfind(mark, start, end) for mark in _MARKS["torchtune"])
        if loop := _LOOP.search(data, last + _BEYOND, end):
            yield after_last_words(data, last, loop.start())


def _between_frameworks(
    data: bytes, start: int, end: int, there: Mapping[str, tuple[bytes, ...]]
) -> list[int]:
    """Where their marks change; none where they change so often that two jobs write at the same time."""
    marks = sorted(
        (match.start(), name)
        for name, words in there.items()
        for match in re.finditer(b"|".join(map(re.escape, words)), data[start:end])
    )
    cuts = []
    for (before, one), (after, other) in pairwise(marks):
        if one == other:
            continue
        here = start + after
        if other == "deepspeed":  # its first lines may be another's, which trains by it
            begun = [at for sign in _DEEPSPEED if (at := data.find(sign, start + before, here)) >= 0]
            here = min([here, *begun])
        banner = data.startswith(_BANNER, here)
        cuts.append(after_last_words(data, start + before, here, own_bars=banner))
    return cuts if len(cuts) <= _MOST_CHANGES else []


def after_last_words(data: bytes, start: int, end: int, *, own_bars: bool = False) -> int:
    """Where between two jobs' marks the first one's words end, the last drawing of its bars included.

    A bar that begins between them is the second one's, unless `own_bars` says that that has none there.
    """
    edge = data.find(b"\n", start, end) + 1 or end
    new = None if own_bars else _NEW_BAR.search(data, edge, end)
    limit = new.start() if new else end
    for pattern in (_LAST_WORDS, _ANY_BAR):
        for match in pattern.finditer(data, edge, limit):
            edge = max(edge, match.end())
    rest_of_line = _LINE_END.search(data, edge, limit)
    return rest_of_line.end() if rest_of_line else edge


def _line_start(data: bytes, offset: int) -> int:
    # A banner has its line to itself or is glued to a bar; no logger's prefix is longer than this.
    floor = max(0, offset - 200)
    start = max(data.rfind(b"\n", floor, offset), data.rfind(b"\r", floor, offset), floor - 1) + 1
    for match in _ANY_BAR.finditer(data, start, offset):
        start = match.end()
    return start
