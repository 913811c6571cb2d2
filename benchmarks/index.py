"""`ckreg index` of many logs of 250 KB against ripgrep over the same tree, and with nothing changed."""

import shutil
from pathlib import Path

from generate import logs, registry
from timing import CKREG, Measure, command, medians, run

BUDGET = 4.0
UNCHANGED_SECONDS = 0.15  # for 1,000 logs
ROUNDS = 3


def measure(folder: Path, number: int) -> list[Measure]:
    """First index beyond start-up as so many times `rg`, then the seconds of one with nothing changed."""
    home, scratch, nothing = folder / "registry", folder / "scratch", folder / "nothing"
    nothing.mkdir(parents=True)
    registry(home, 0)
    logs(scratch, number)

    def first() -> None:
        shutil.rmtree(home / ".ckreg", ignore_errors=True)
        run([CKREG, "index", str(scratch)], home)

    cases = {
        "first": first,
        "unchanged": command(CKREG, "index", str(scratch), cwd=home),
        "start-up": command(CKREG, "index", str(nothing), cwd=home),
    }
    if shutil.which("rg"):
        cases["rg"] = command("rg", "-a", "-o", "--no-messages", "[0-9.]+it/s", str(scratch))
    times = medians(cases, ROUNDS)
    unchanged = times["unchanged"] - times["start-up"]
    measures = [
        Measure(
            f"index, nothing changed, {number:,} logs",
            unchanged,
            UNCHANGED_SECONDS * number / 1000,
            "s",
            times,
        )
    ]
    if "rg" in times:
        ratio = (times["first"] - times["start-up"]) / times["rg"]
        measures.insert(0, Measure(f"first index of {number:,} logs", ratio, BUDGET, "x rg", times))
    return measures
