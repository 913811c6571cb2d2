"""What is understood of one log, line by line, as a terminal shows it."""

import textwrap
from itertools import groupby

from ckreg.cli.output import emit, emit_json
from ckreg.core.explaining import Explained, Fact
from ckreg.core.text import one_line

_WIDTH = 80
_INDENT = " " * 8


def show_explained(jobs: tuple[Explained, ...], *, as_json: bool) -> None:
    """Print the jobs of a log, each fact below the line that it was read from."""
    if as_json:
        emit_json([{**job._asdict(), "facts": [fact._asdict() for fact in job.facts]} for job in jobs])
        return
    for job in jobs:
        if len(jobs) > 1:
            emit(
                f"{'' if job.segment == 0 else chr(10)}Job {job.segment + 1} of {len(jobs)} in this file",
                bold=True,
            )
        for line, facts in groupby(job.facts, key=lambda fact: (fact.line, fact.line and fact.text)):
            _show_line(*line, list(facts))
        emit()
        _wrapped(f"Not said: {', '.join(job.not_said) or 'nothing is missing'}.")


def _show_line(line: int | None, text: str | None, facts: list[Fact]) -> None:
    """A line of the log, cut to 80 columns (`--json` has it whole), and below it what was understood."""
    if line is None:
        emit("In no one line:")
        for fact in facts:
            _wrapped(f"{_said(fact)}: {fact.how or one_line(fact.text or '')}", indent=_INDENT)
        return
    emit(f"{line:>{len(_INDENT) - 2}}  {_cut(one_line(text or ''), _WIDTH - len(_INDENT))}", bold=True)
    _wrapped("; ".join(map(_said, facts)), indent=_INDENT)
    for how in dict.fromkeys(fact.how for fact in facts if fact.how):
        _wrapped(f"({how})", indent=_INDENT)


def _said(fact: Fact) -> str:
    value = f"{fact.value:.6g}" if isinstance(fact.value, float) else one_line(str(fact.value))
    return f"{fact.name} {value}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _wrapped(text: str, indent: str = "") -> None:
    emit(
        textwrap.fill(
            text, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
        )
    )
