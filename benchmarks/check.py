"""`ckreg check` of 1,000 summaries against a plain markdown-it parse of them."""

from pathlib import Path

from generate import registry
from markdown_it import MarkdownIt
from timing import CKREG, Measure, command, medians

EXPERIMENTS = 1000
BUDGET = 1 / 3
ROUNDS = 3


def measure(folder: Path) -> list[Measure]:
    """What `check` takes beyond start-up as a share of the parse."""
    full, empty = folder / "full", folder / "empty"
    registry(full, EXPERIMENTS)
    registry(empty, 0)
    texts = [path.read_text(encoding="utf-8") for path in full.glob("experiments/*/*.md")]
    cases = {
        "check": command(CKREG, "check", cwd=full),
        "start-up": command(CKREG, "check", cwd=empty),
        "markdown-it": lambda: [MarkdownIt().parse(text) for text in texts],
    }
    times = medians(cases, ROUNDS)
    ratio = (times["check"] - times["start-up"]) / times["markdown-it"]
    return [Measure(f"check of {EXPERIMENTS:,} summaries", ratio, BUDGET, "x markdown-it", times)]
