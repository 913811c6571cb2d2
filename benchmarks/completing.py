"""Completion: verbs and options against importing click; names of experiments and runs in milliseconds."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from generate import experiment, registry
from timing import CKREG, Measure, command, environment, medians

EXPERIMENTS = 1000
BUDGET = 2.0
SECONDS = 0.1
ROUNDS = 15


def measure(folder: Path) -> list[Measure]:
    """Verbs, options, experiments and runs, as bash asks for them, in a registry of 1,000 experiments."""
    registry(folder, EXPERIMENTS)
    name = experiment(EXPERIMENTS // 2)
    cases = {
        "verbs": _asked(folder, "sta"),
        "options": _asked(folder, "status", "set", "--"),
        "experiments": _asked(folder, "status", "set", name[:30]),
        "runs": _asked(folder, "status", "set", name, ""),
        "import click": command(sys.executable, "-c", "import click"),
    }
    times = medians(cases, ROUNDS)
    click = times.pop("import click")
    ratios = [
        Measure(
            f"completion of {what}",
            times[what] / click,
            BUDGET,
            "x import click",
            {what: times[what], "import click": click},
        )
        for what in ("verbs", "options")
    ]
    names = [
        Measure(f"completion of {what}", times[what], SECONDS, "s", {what: times[what]})
        for what in ("experiments", "runs")
    ]
    return ratios + names


def _asked(folder: Path, *words: str) -> Callable[[], object]:
    typed = ["ckreg", *words]
    asked = {
        "_CKREG_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(typed),
        "COMP_CWORD": str(len(typed) - 1),
    }

    def case() -> None:
        said = subprocess.check_output([CKREG], cwd=folder, env={**os.environ, **environment(), **asked})
        assert said.startswith(b"plain,")

    return case
