"""What the benchmarks share: interleaved runs, medians, and a measure beside its budget."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CKREG = str(Path(sys.executable).with_name("ckreg"))


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured value beside its budget, both in `unit`; `times` tells in seconds what it was made of."""

    subject: str
    value: float
    budget: float
    unit: str
    times: Mapping[str, float]

    def __str__(self) -> str:
        verdict = "within" if self.value <= self.budget else "over"
        times = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in self.times.items())
        told = f"{self.value:6.2f} {self.unit} (budget {self.budget:.2g})"
        return f"{verdict:<7}{self.subject:<44}{told}\n{'':<7}{times}"


def medians(cases: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of each case; rounds are interleaved, so that a busy moment hits all alike."""
    seen: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, case in cases.items():
            start = time.perf_counter()
            case()
            if number:  # the first round warms the disk's cache
                seen[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seen.items()}


def command(*words: str, cwd: Path | None = None) -> Callable[[], object]:
    """A case that runs a program; it must succeed."""
    return lambda: run(words, cwd)


def run(words: Sequence[str], cwd: Path | None = None) -> None:
    """Run a program, its output into a file (some tools do less where it goes nowhere)."""
    with tempfile.TemporaryFile() as sink:
        done = subprocess.run(
            words, cwd=cwd, check=False, env=environment(), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
        if done.returncode:
            sink.seek(0)
            sys.exit(
                f"{' '.join(words)} ended with {done.returncode}:\n{sink.read().decode(errors='replace')}"
            )


def environment() -> dict[str, str]:
    """The environment without the person's settings of git and ckreg."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "CKREG_"))}
    person = {"NAME": "Bench", "EMAIL": "bench@example.org"}
    identity = {
        f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()
    }
    no_settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "XDG_CONFIG_HOME": os.devnull}
    return kept | identity | no_settings
