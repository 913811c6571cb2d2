"""`ckreg index` against ripgrep and find over the same trees, each pair of runs one after the other."""

import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from generate import log, logs, registry
from timing import CKREG, Measure, command, run

ROUNDS = 5
FIRST_BUDGET = 4.0  # x rg
LARGE_BUDGET = 0.5  # x rg
UNCHANGED_SECONDS = 0.15  # for 1,000 logs
MANY_BUDGET = 5.0  # x find
LINEAR_BUDGET = 2.5  # of twice the bytes; 2 is a line, 4 a square
LARGE_STEPS = 6_900  # an epoch: 2.6 MB
SMALL_STEPS = 4
RG = ("rg", "-a", "-o", "--no-messages", "[0-9.]+it/s")

Case = Callable[[], object]


def measure(folder: Path, number: int) -> list[Measure]:
    """First index, of many logs and of large ones, and again with nothing changed; then how time grows."""
    home, nothing = folder / "registry", folder / "nothing"
    nothing.mkdir(parents=True)
    registry(home, 0)
    plain, large, many = folder / "plain", folder / "large", folder / "many"
    logs(plain, number)
    logs(large, max(1, number // 10), LARGE_STEPS)
    logs(many, number * 10, SMALL_STEPS)
    start_up = command(CKREG, "index", str(nothing), cwd=home)
    measures = []
    if shutil.which("rg"):
        for name, tree, budget in (("260 KB", plain, FIRST_BUDGET), ("2.6 MB", large, LARGE_BUDGET)):
            # Both begin without a cache: making one is start-up.
            cases = {
                "first": _first(home, tree),
                "start-up": _first(home, nothing),
                "rg": command(*RG, str(tree)),
            }
            measures.append(_beyond_start_up(f"first index, logs of {name}", cases, budget))
    measures.append(_unchanged(home, plain, number, start_up))
    measures.append(_many_unchanged(home, many, number * 10, start_up))
    return [*measures, _linear()]


def _first(home: Path, tree: Path) -> Case:
    def case() -> None:
        shutil.rmtree(home / ".ckreg", ignore_errors=True)
        run([CKREG, "index", str(tree)], home)

    return case


def _beyond_start_up(subject: str, cases: Mapping[str, Case], budget: float) -> Measure:
    """The first case less the second, as so many times the third: the median of the rounds' own ratios."""
    rounds = _rounds(cases)
    measured, start_up, other = cases
    ratio = statistics.median((each[measured] - each[start_up]) / each[other] for each in rounds)
    return Measure(subject, ratio, budget, f"x {other}", _medians(rounds))


def _unchanged(home: Path, tree: Path, number: int, start_up: Case) -> Measure:
    _first(home, tree)()
    rounds = _rounds({"unchanged": command(CKREG, "index", str(tree), cwd=home), "start-up": start_up})
    seconds = statistics.median(each["unchanged"] - each["start-up"] for each in rounds)
    subject = f"index, nothing changed, {number:,} logs"
    return Measure(subject, seconds, UNCHANGED_SECONDS * number / 1000, "s", _medians(rounds))


def _many_unchanged(home: Path, tree: Path, number: int, start_up: Case) -> Measure:
    _first(home, tree)()
    cases = {
        "unchanged": command(CKREG, "index", str(tree), cwd=home),
        "start-up": start_up,
        "find": command("find", str(tree), "-printf", "%s %T@\n"),
    }
    return _beyond_start_up(f"index, nothing changed, {number:,} logs", cases, MANY_BUDGET)


def _linear() -> Measure:
    """How much longer a log of twice the bytes takes, where it is read whole."""
    from ckreg.core.measure import read_log  # noqa: PLC0415  # the readers, only for this one

    text = log(1, LARGE_STEPS).encode()
    cases: dict[str, Case] = {
        f"{2.6 * times:.1f} MB": lambda times=times: read_log(text * times, log_path="x")  # type: ignore[misc]
        for times in (1, 2, 4)
    }
    rounds = _rounds(cases)
    small, _, large = cases
    ratio = statistics.median(each[large] / each[small] for each in rounds) ** 0.5
    return Measure("a log of twice the bytes, read whole", ratio, LINEAR_BUDGET, "x", _medians(rounds))


def _rounds(cases: Mapping[str, Case]) -> list[dict[str, float]]:
    """The seconds of each case in each round, one after the other; the first round warms the disk's cache."""
    rounds = []
    for _ in range(ROUNDS + 1):
        seconds = {}
        for name, case in cases.items():
            start = time.perf_counter()
            case()
            seconds[name] = time.perf_counter() - start
        rounds.append(seconds)
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return rounds[1:]


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
