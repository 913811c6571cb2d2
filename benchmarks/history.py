"""The first reading of 10,000 commits against `git log` over them, and what a later call takes."""

import contextlib
import itertools
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

from generate import experiment, registry, summary
from timing import CKREG, Measure, command, environment, medians, run

EXPERIMENTS = 1000
COMMITS = 10_000
BY_HAND = 20
ROUNDS = 5
# DESIGN: under 2 s the first time; `git log --raw` over the same commits takes about 0.7 s where that is so.
BUDGET = 3.0
BUDGET_LATER = 0.3
_NEXT = {"pending": "running", "running": "completed", "completed": "running"}


def measure(folder: Path) -> list[Measure]:
    """`ckreg history EXP` with a new cache, with the one that is there, and after one more commit."""
    registry(folder, EXPERIMENTS)
    _commits(folder)
    cache, name = folder / ".ckreg" / "cache.db", experiment(7)
    number = itertools.count()

    def first() -> None:
        run([CKREG, "history", name], folder)

    def forgotten() -> None:
        with contextlib.closing(sqlite3.connect(cache)) as connection:
            connection.executescript("DELETE FROM status_events; DELETE FROM commits; DELETE FROM facts;")

    def one_more() -> None:
        run(["git", "commit", "-q", "--allow-empty", "-m", f"note {next(number)}"], folder)
        run([CKREG, "history", name], folder)

    first()
    cases = {
        "forgetting": forgotten,
        "first": first,
        "later": first,
        "one more": one_more,
        "start-up": command(CKREG, "history", "--help"),
        "git log --raw": command("git", "log", "--raw", "--format=%H %an %aI %B", cwd=folder),
    }
    times = medians(cases, ROUNDS)
    beyond = times["first"] - times["start-up"]
    later = times["later"] - times["start-up"]
    return [
        Measure(
            "first history beyond start-up, 10,000 commits",
            beyond / times["git log --raw"],
            BUDGET,
            "x git log --raw",
            times,
        ),
        Measure("history beyond start-up, nothing new", later, BUDGET_LATER, "s", times),
    ]


def _commits(folder: Path) -> None:
    """As many commits as hundreds of jobs make; one of twenty by hand, without a trailer."""
    stream = b"".join(itertools.chain.from_iterable(_stream(folder)))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=stream, env=environment(), check=True)
    run(["git", "reset", "-q", "--hard"], folder)


def _stream(folder: Path) -> Iterator[tuple[bytes, ...]]:
    branch = subprocess.run(
        ["git", "symbolic-ref", "HEAD"], cwd=folder, env=environment(), capture_output=True, check=True
    ).stdout.strip()
    documents = {name: summary(name) for name in map(experiment, range(EXPERIMENTS))}
    names = list(documents)
    start = b"from HEAD\n"
    for number in range(COMMITS):
        name = names[number * 7 % EXPERIMENTS]
        documents[name], message = _changed(documents[name], name, number)
        path = f"experiments/{name}/experiment_summary.md"
        yield (
            b"commit %s\ncommitter A <a@b> %d +0000\n" % (branch, 1_800_000_000 + 60 * number),
            _data(message),
            start,
            f"M 644 inline {path}\n".encode(),
            _data(documents[name]),
        )
        start = b""


def _changed(text: str, name: str, number: int) -> tuple[str, str]:
    """The document with the status of one run a step further, and the commit's message."""
    table = text.index("### Fine-tuning")
    place = number // EXPERIMENTS // 2
    start = [at for at in _lines(text, table) if text.startswith("| Llama", at)][place]
    end = text.index("\n", start)
    cells = [cell.strip() for cell in text[start:end].split("|")[1:-1]]
    run_name, old = cells[:2]
    new = _NEXT[old]
    cells[1:3] = [new, str(number)]
    trailer = {
        "experiment": name,
        "run": run_name,
        "task": None,
        "epoch": None,
        "from": old,
        "to": new,
        "job": str(number),
        "by": "job",
        "evidence": None,
        "at": "2025-10-22T10:00:00+00:00",
        "id": f"{number:032x}",
        "forced": False,
    }
    message = f"status: {name} {run_name} {old} -> {new}\n\nCkreg-Status: {json.dumps(trailer)}\n"
    row = f"| {' | '.join(cells)} |"
    return text[:start] + row + text[end:], message if number % BY_HAND else "by hand\n"


def _lines(text: str, start: int) -> Iterator[int]:
    while (start := text.find("\n", start) + 1) > 0:
        yield start


def _data(text: str) -> bytes:
    content = text.encode()
    return b"data %d\n%s\n" % (len(content), content)
