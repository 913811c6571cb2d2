"""`ckreg check` of 1,000 summaries against a plain markdown-it parse; unchanged; an edit of a huge table."""

import re
from pathlib import Path

from generate import experiment, registry, summary
from markdown_it import MarkdownIt
from timing import CKREG, Measure, command, medians

from ckreg.core.summary.edit import with_cells
from ckreg.core.summary.rows import RowKey

EXPERIMENTS = 1000
BUDGET = 1 / 3
SECONDS_UNCHANGED = 0.3
ROWS = 10_000
SECONDS_EDIT = 0.1
ROUNDS = 3


def measure(folder: Path) -> list[Measure]:
    """What `check` takes beyond start-up as a share of the parse; what it takes where nothing has changed."""
    full, empty = folder / "full", folder / "empty"
    registry(full, EXPERIMENTS)
    registry(empty, 0)
    texts = [path.read_text(encoding="utf-8") for path in full.glob("experiments/*/*.md")]
    check = command(CKREG, "check", cwd=full)

    def first() -> None:
        (full / ".ckreg" / "checked.json").unlink(missing_ok=True)
        check()

    cases = {
        "check": first,
        "start-up": command(CKREG, "check", cwd=empty),
        "markdown-it": lambda: [MarkdownIt().parse(text) for text in texts],
        "unchanged": check,
    }
    times = medians(cases, ROUNDS)
    unchanged = {"unchanged": times.pop("unchanged")}
    ratio = (times["check"] - times["start-up"]) / times["markdown-it"]
    return [
        Measure(f"check of {EXPERIMENTS:,} summaries", ratio, BUDGET, "x markdown-it", times),
        Measure("the same, nothing changed", unchanged["unchanged"], SECONDS_UNCHANGED, "s", unchanged),
        _edit(),
    ]


def _edit() -> Measure:
    """A status edit in a table of 10,000 rows, in process."""
    rows = "\n".join(f"| run{number} | pending | - | - | - | - |" for number in range(ROWS))
    text = re.sub(
        r"(?<=\n)\| Llama\S* \| pending \| - \| - \| - \| - \|", "@", summary(experiment(0)), count=1
    )
    text = text.replace("@", rows, 1)
    key = RowKey(f"run{ROWS - 1}")
    cells = {"Status": "running", "Job ID": "12345"}
    times = medians({"edit": lambda: with_cells(text, key, cells, "x")}, ROUNDS)
    return Measure(f"status edit among {ROWS:,} rows", times["edit"], SECONDS_EDIT, "s", times)
