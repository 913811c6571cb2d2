"""Start-up: `ckreg --version` and `--help` against importing click."""

import sys

from timing import CKREG, Measure, command, medians

BUDGET = 2.0
ROUNDS = 15


def measure() -> list[Measure]:
    """Each as so many times `python -c 'import click'`."""
    times = medians(
        {
            "import click": command(sys.executable, "-c", "import click"),
            "--version": command(CKREG, "--version"),
            "--help": command(CKREG, "--help"),
        },
        ROUNDS,
    )
    click = times["import click"]
    return [
        Measure(
            f"ckreg {option}",
            times[option] / click,
            BUDGET,
            "x import click",
            {option: times[option], "import click": click},
        )
        for option in ("--version", "--help")
    ]
