"""What a sync changed, as a person is told: grouped by experiment, as plain text, as a webhook's JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ckreg.core.status import Status
from ckreg.core.summary.rows import RowKey
from ckreg.core.text import one_line
from ckreg.core.units import counted

_MOST_LINES = 50
_LONGEST_LINE = 200
_NONE = "-"


class News(NamedTuple):
    """A row that changed: from which status to which, and its notes where those changed."""

    experiment: str
    key: RowKey
    old: str
    new: str
    note: str | None = None

    @property
    def what(self) -> str:
        """`running -> completed`; one status alone where only the notes changed."""
        return f"{self.old} -> {self.new}" if self.new != self.old else self.new

    @property
    def told(self) -> str | None:
        """The notes; None where there are none, or they did not change."""
        return None if self.note in {None, _NONE} else self.note


def by_experiment(news: Sequence[News]) -> Mapping[str, list[News]]:
    """What happened in each experiment, in the order of the rows."""
    found: dict[str, list[News]] = {}
    for each in news:
        found.setdefault(each.experiment, []).append(each)
    return found


def title(news: Sequence[News]) -> str:
    """All of it on one short line: `2 completed, 1 failed in cap_8L_lora`."""
    counts = Counter(each.new for each in news if each.new != each.old)
    order = [Status.FAILED, Status.COMPLETED, Status.RUNNING, Status.PENDING]
    parts = [f"{counts[status]} {status}" for status in order if counts[status]]
    what = ", ".join(parts) or counted(len(news), "note")
    names = list(by_experiment(news))
    where = names[0] if len(names) == 1 else counted(len(names), "experiment")
    return _line(f"{what} in {where}")


def as_text(news: Sequence[News], still_open: int) -> str:
    """The title, and a line each below their experiment; whatever notes hold, it starts no line of its own.

    The first line begins with a number and a space, so that no mail program takes it for a header.
    """
    lines = [title(news)]
    left = _MOST_LINES
    for name, rows in by_experiment(news).items():
        if left > 0:
            lines += ["", _line(name), *(_row(row) for row in rows[:left])]
        left -= len(rows)
    if left < 0:
        lines += ["", f"... and {-left} more: `ckreg status` shows all of it."]
    return "\n".join([*lines, "", f"{counted(still_open, 'job')} still open."]) + "\n"


def as_payload(text: str) -> dict[str, str]:
    """What Slack and Mattermost take: preformatted, so that no word of a note is a mention or a link."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "'")
    return {"text": f"```\n{escaped}```"}


def _row(row: News) -> str:
    told = f" ({row.told})" if row.told else ""
    return _line(f"  {row.key}: {row.what}{told}", indent="  ")


def _line(text: str, indent: str = "") -> str:
    line = f"{indent}{one_line(text)}"
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 3]}..."
