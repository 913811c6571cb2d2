"""Plays the `console` blocks of a page: what a command prints now is set against what the page says."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```$")
_PROMPT = "$ "
_CONTINUED = "> "
_LEFT_OUT = "..."

# What differs from one playing to the next, however fixed the clock is; everything else has to be the same.
_DIFFERS = (
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b"), "<id>"),  # commits and digests
    (re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\b\d\d-\d\d \d\d:\d\d\b"), "<time>"),
    (re.compile(r"~?\b\d+(\.\d+)? (s|min)\b"), "<n> s"),  # what jobs took, and estimates that rest on it
    (re.compile(r"\b\d\.\d\d( !)?$", re.MULTILINE), "<ratio>"),
    (re.compile(r" {2,}|─+"), " "),  # a column is as wide as its widest cell
    (re.compile(r"(available: |has )[\d,.]+ [GT]iB"), r"\1<size>"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it is typed, over several lines where it is long, and what the page says that it prints."""

    typed: str
    printed: str


def calls(text: str) -> list[Call]:
    """All calls of a page, in their order."""
    return [call for block in _BLOCK.finditer(text) for call in _calls(block[1])]


def replayed(text: str, play: Callable[[Sequence[str]], Sequence[str]]) -> str:
    """The page with what its commands print now, where that differs from what it says.

    `play` runs the commands in their order and gives what each printed.
    """
    answers = iter(play([call.typed for call in calls(text)]))

    def answered(block: re.Match[str]) -> str:
        lines = (_shown(call, next(answers)) for call in _calls(block[1]))
        return f"```console\n{''.join(lines)}```"

    return _BLOCK.sub(answered, text)


def _shown(call: Call, printed: str) -> str:
    typed = f"{_PROMPT}{call.typed}".replace("\n", f"\n{_CONTINUED}") + "\n"
    return typed + (call.printed if same(call.printed, printed) else printed)


def _calls(block: str) -> Iterator[Call]:
    for part in re.split(r"(?m)^(?=\$ )", block):
        if part:
            lines = part.removeprefix(_PROMPT).split("\n")
            more = next(place for place in range(1, len(lines) + 1) if not _continues(lines, place))
            typed = "\n".join(line.removeprefix(_CONTINUED) for line in lines[:more])
            yield Call(typed, "\n".join(lines[more:]))


def _continues(lines: Sequence[str], place: int) -> bool:
    return place < len(lines) and lines[place].startswith(_CONTINUED)


def same(told: str, printed: str) -> bool:
    """Whether a command printed what the page says; a line `...` there stands for any lines."""
    pieces = [re.escape(piece) for piece in re.split(rf"(?m)^{re.escape(_LEFT_OUT)}\n", _masked(told))]
    return re.fullmatch("(?:.*\n)*?".join(pieces), _masked(printed)) is not None


def _masked(text: str) -> str:
    for pattern, word in _DIFFERS:
        text = pattern.sub(word, text)
    return text
