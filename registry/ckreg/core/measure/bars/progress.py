"""The frames of torchtune's progress bar, and the words between them."""

import re
from dataclasses import dataclass
from itertools import pairwise


def _frame(byte: bytes) -> re.Pattern[bytes]:
    """`2|161|Loss: 4.47:   1%|...| 1/160 [00:00<00:05, 31.66it/s]`; the epoch stays in the text before.

    Every repetition is bounded or possessive, so that no input makes the pattern backtrack far.
    """
    return re.compile(
        rb"\|(\d{1,9}+)\|Loss: (?:%b{1,40}+\|%b{0,400}+\||[^|%%\r\n]{1,40}+%%)"
        rb" ++(\d{1,9}+)/(\d{1,9}+) \[([\d:]{4,12}+)<([^]\r\n]{1,30}+)\]" % (byte, byte)
    )


# "Anything but one byte" is three times as fast as a set of bytes, but may run over a line's end.
_FRAME = _frame(rb"[^|]")
_ONE_LINE_FRAME = _frame(rb"[^|\r\n]")
_GROUPS = 5
_LAST_FRAME = re.compile(rb"(?s:.*)(\b\d{1,9}\|\d{1,9}\|Loss: [^\r\n\]]{1,600}\])")
_EPOCH = re.compile(rb"(\d{1,9})$")
_RATE = re.compile(rb", *(\d[\d.]{0,15})(it/s|s/it)")
_NEW_BAR = re.compile(rb"(?:^|[ |\r])0/\d{1,9} \[00:00<\?")
# Between two frames of one bar stand a CR or `\n\r`, `ESC[A`, an srun label, the epoch: more is a message.
_SHORT = 16
_PAUSE = re.compile(rb"heckpoint|alidation|umping traces|" + _NEW_BAR.pattern)


@dataclass(frozen=True, slots=True)
class Progress:
    """The frames of one job, in columns; `texts[i]` precedes frame `i`, `texts[-1]` follows the last.

    The columns are as printed: numbers are read where they are needed, which is in few of the frames.
    Steps count over all epochs (as the description says), counts and totals within one.
    """

    texts: list[bytes]
    messages: list[int]
    """Indices of the texts that are more than what stands between any two frames."""
    steps: list[bytes]
    counts: list[bytes]
    totals: list[bytes]
    elapsed: list[bytes]
    rates: list[bytes]

    def __len__(self) -> int:
        return len(self.steps)

    def step(self, index: int) -> int:
        """The description's step of a frame; the counter may be one ahead of it."""
        return int(self.steps[index])

    def count(self, index: int) -> int:
        """The steps of this epoch that a frame counts."""
        return int(self.counts[index])

    def total(self, index: int) -> int:
        """The steps of one epoch."""
        return int(self.totals[index])

    def seconds(self, index: int) -> int:
        """The bar's elapsed time in a frame, in whole seconds."""
        seconds = 0
        for part in self.elapsed[index].split(b":"):
            seconds = seconds * 60 + int(part or 0)
        return seconds

    def rate(self, index: int) -> float | None:
        """Seconds per step that a frame prints; None for `?` and for zero."""
        match = _RATE.match(self.rates[index], self.rates[index].find(b","))
        if match is None or match[1].count(b".") > 1:
            return None
        value = float(match[1])
        if not value:
            return None
        return value if match[2] == b"s/it" else 1 / value

    def epoch(self, index: int) -> int:
        """The epoch that a frame names, from 1 on; 0 where that is cut off."""
        match = _EPOCH.search(self.texts[index][-9:])
        return int(match[1]) if match else 0

    def pauses(self) -> list[int]:
        """Indices of the texts that tell of a save, a validation, a profile or a new bar."""
        return [index for index in self.messages if _PAUSE.search(self.texts[index])]

    def prose(self) -> bytes:
        """All messages, without the bars."""
        return b"\n".join([self.texts[index] for index in self.messages])

    def bars(self) -> list[range]:
        """The frames of each bar (one an epoch), its closing frame included."""
        if not len(self):
            return []
        # The closing frame of the bar before is drawn after the new one's first.
        edges = [
            index + (self.count(index) >= self.count(index - 1))
            for index in self.messages
            if 0 < index < len(self) and _NEW_BAR.search(self.texts[index])
        ]
        bars = [range(*edge) for edge in pairwise(sorted({0, *edges, len(self)}))]
        return bars if all(map(self._is_one_bar, bars)) else self._bars_by_counts()

    def _is_one_bar(self, bar: range) -> bool:
        first, last = bar[0], bar[-1]
        counted = self.count(last) - self.count(first)
        described = self.step(last) - self.step(first)
        return self.totals[first] == self.totals[last] and abs(described - counted) <= 1

    def _bars_by_counts(self) -> list[range]:
        counts = list(map(int, self.counts))
        columns = zip(pairwise(counts), pairwise(self.totals), strict=True)
        edges = [
            index
            for index, ((here, then), (total, next_total)) in enumerate(columns, 1)
            if then < here or total != next_total
        ]
        return [range(*edge) for edge in pairwise([0, *edges, len(self)])]


def read_progress(data: bytes) -> Progress:
    """All frames of a log."""
    parts = _FRAME.split(data)
    if b"".join(parts[:: _GROUPS + 1]).count(b"\n") != data.count(b"\n"):
        parts = _ONE_LINE_FRAME.split(data)  # a message was taken for a part of a frame that it cut in two
    texts, *columns = (parts[column :: _GROUPS + 1] for column in range(_GROUPS + 1))
    messages = [index for index, size in enumerate(map(len, texts)) if size > _SHORT]
    return Progress(texts, messages, *columns)


def last_frame(data: bytes) -> bytes:
    """The last whole frame, verbatim; empty where there is none near the last one's place."""
    at = data.rfind(b"|Loss: ")
    match = _LAST_FRAME.search(data[max(0, at - 1000) : at + 700]) if at >= 0 else None
    return match[1] if match else b""
