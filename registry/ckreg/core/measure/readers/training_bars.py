"""Which of a log's bars is its training loop, and where a log with several trainings is to be cut."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ckreg.core.measure.bars.frames import Bar
from ckreg.core.measure.ends.outcome import TRACEBACK
from ckreg.core.measure.parts.segments import after_last_words

_TRAINING = re.compile(rb"(?i)\b(?:train|training|fine-?tun\w{0,6}|epochs?|steps?|iter\w{0,10})\b")
_LEAST_SHARE = 0.05  # of the longest bar's time: a training loop draws its bar before any evaluation does
_ALTERNATIONS = 6
_NEAR = 1000  # bytes
_EVALUATING = re.compile(rb"Running (?:Evaluation|Prediction)|\*\*\* (?:Evaluate|Predict) \*\*\*")
_EVALUATED = re.compile(rb"'eval_|eval metrics|'test_|predict metrics")
_LOADED = re.compile(rb"Loading (?:weights|checkpoint)|Num examples = |0%\|")
_BEGUN = re.compile(
    rb"TrainingArguments\(|(?:SFT|DPO|ORPO|GRPO|KTO)Config\("
    rb"|Running training \*\*\*\*\*|\[real_accelerator\.py:"
)
_PROCESS = re.compile(rb"\[pid:(\d{1,10})\]")
_LOSS = re.compile(rb"\{'loss': [^\r\n}]{1,1000}'epoch': '?(\d{1,9}(?:\.\d{1,20})?)'?[,}]")


def main_bars(bars: Sequence[Bar], total: int | None = None) -> list[Bar]:
    """The training's bar; of two jobs that write at the same time each one's; none where none may be it."""
    counted = [bar for bar in bars if bar.total and (not bar.name or _TRAINING.search(bar.name))]
    known = [bar for bar in counted if total and bar.total == total]
    candidates = known or counted
    if not candidates:
        return []
    longest = max(bar.last.seconds for bar in candidates)
    main = next(bar for bar in candidates if bar.last.seconds >= _LEAST_SHARE * longest)
    return [main, *(bar for bar in candidates if bar is not main and alternate(main, bar))]


def alternate(one: Bar, other: Bar) -> bool:
    """Whether two bars are drawn in turns, as two jobs do that write one file."""
    marks = sorted([(frame.start, 0) for frame in one.frames] + [(frame.start, 1) for frame in other.frames])
    turns = sum(before[1] != after[1] for before, after in pairwise(marks))
    return turns >= _ALTERNATIONS


def part_edges(data: bytes, bars: Sequence[Bar]) -> list[int]:
    """Offsets `0, ..., len(data)` between which lies one training each."""
    edges = {0, len(data)}
    trainings: list[Bar] = []
    for bar in bars:
        if bar.name or not bar.total:
            continue
        before = trainings[-1] if trainings else None
        if before is None:
            trainings.append(bar)
        elif bar.first.start > before.last.end and _is_training(data, before, bar, bars):
            edges.add(after_last_words(data, before.last.end, bar.first.start))
            trainings.append(bar)
    edges.update(_edges_of_words(data, sorted(edges)))
    edges.update(_edges_of_processes(data))
    return sorted(edges)


def _is_training(data: bytes, before: Bar, bar: Bar, bars: Sequence[Bar]) -> bool:
    """Whether a bar after the last one's end is another training and not that one's evaluation."""
    if bar.first.done:
        return False
    if bar.total == before.total:
        return True
    between = data[before.last.end : bar.first.start]
    if TRACEBACK in between or b"*** JOB " in between or b"Running training *****" in between:
        return True
    if any(bar.first.start < other.first.start < bar.last.start for other in bars):
        return True  # evaluations are drawn within a training, nothing within an evaluation
    nested = {other.total for other in bars if before.first.start < other.first.start < before.last.start}
    if bar.total in nested or _EVALUATING.search(between):
        return False
    if _EVALUATED.search(data, bar.last.end, bar.last.end + _NEAR):
        return False
    return _LOADED.search(between) is not None or bar.last.seconds > before.last.seconds


def _edges_of_words(data: bytes, edges: Sequence[int]) -> Iterator[int]:
    """Where a summary, or the loss of a later epoch, comes before what only a new training says."""
    for start, end in pairwise(edges):
        summary = data.find(b"'train_runtime'", start, end)
        if summary >= 0 and (begun := _BEGUN.search(data, summary, end)):
            yield after_last_words(data, summary, begun.start())
            continue
        last = None
        for match in _LOSS.finditer(data, start, end):
            if last and float(match[1]) < float(last[1]):
                yield after_last_words(data, last.end(), match.start())
            last = match


def _edges_of_processes(data: bytes) -> Iterator[int]:
    """Where all processes that have logged so far fall silent for good, and others begin."""
    marks = [(match.start(), match[1]) for match in _PROCESS.finditer(data)] if b"[pid:" in data else []
    last = {process: index for index, (_, process) in enumerate(marks)}
    longest = -1
    for index, (offset, process) in enumerate(marks):
        if 0 <= longest < index:
            yield max(data.rfind(b"\n", 0, offset), 0)
        longest = max(longest, last[process])
