"""Steps that a script of one's own prints: `[Step 12/100] Loss: ...`, `Step 20 | ... | time=1544.5s`."""

import re
from itertools import pairwise
from typing import NamedTuple

from ckreg.core.measure.bars.bar_speed import BarSpeed
from ckreg.core.measure.bars.stamps import Stamp, stamp_speed

_STEP = re.compile(
    rb"(?:^|[\r\n])[ \t]{0,8}(?:\[\d{4}[^\]\r\n]{1,40}\] ?)?\[?(?:[Gg]lobal |[Tt]rain(?:ing)? )?"
    rb"(?:[Ss]tep|[Ii]ter(?:ation)?)[ :=]{0,3}(\d{1,9})(?:\s?/\s?(\d{1,9}))?\]?(?=[\s|,:;])([^\r\n]{0,400})"
)
_LOSS = re.compile(rb"(?i)\b(?:loss|reward)")
_TIME = re.compile(rb"\b(?:time|elapsed)[=:] ?(\d{1,9}(?:\.\d{1,6})?) ?s\b")


class PrintedSteps(NamedTuple):
    """Steps done and to be done as printed, counted from one; the speed where lines bear a running time."""

    done: int | None
    total: int | None
    speed: BarSpeed | None


def printed_steps(data: bytes) -> PrintedSteps:
    """The steps of lines that tell of a loss or a reward, None where there are none."""
    if b"tep" not in data and b"ter" not in data:
        return PrintedSteps(None, None, None)
    lines = [match for match in _STEP.finditer(data) if _LOSS.search(match[3])]
    if not lines:
        return PrintedSteps(None, None, None)
    steps = [int(line[1]) for line in lines]
    totals = [int(line[2]) for line in lines if line[2]]
    total = totals[-1] if totals else None
    # A first line of a step 0 says that the script counts from zero.
    done = max(steps) + (min(steps) == 0 and max(steps) != total)
    stamps = [
        Stamp(step, float(time[1]))
        for step, line in zip(steps, lines, strict=True)
        if (time := _TIME.search(line[3]))
    ]
    running = all(before.seconds <= after.seconds for before, after in pairwise(stamps))
    return PrintedSteps(done, total, stamp_speed(stamps) if running else None)
