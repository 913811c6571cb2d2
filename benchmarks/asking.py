"""`ckreg runs` over 10,000 runs against `sqlite-utils query` of the same; the cache after one change."""

import contextlib
import itertools
import random
import sqlite3
import sys
from pathlib import Path

from generate import experiment, registry
from timing import CKREG, Measure, command, medians, run

EXPERIMENTS_OF_RUNS = 556  # of 18 runs each: 10,008
EXPERIMENTS = 1000
BUDGET = 1.3
BUDGET_REFRESH = 0.3
ROUNDS = 7
_SQLITE_UTILS = str(Path(sys.executable).with_name("sqlite-utils"))
_FILTERS = ("--model", "Llama-3.2-*", "--where", "lora_rank >= 16")
_SQL = """
SELECT r.experiment, r.run_name, r.status, m.elapsed_seconds, r.lora_rank,
       (SELECT avg(value) FROM results AS s
        WHERE s.experiment = r.experiment AND s.run_name = r.run_name AND s.metric = 'accuracy') AS accuracy,
       r.notes
FROM runs AS r
LEFT JOIN measurements AS m
  ON m.experiment = r.experiment AND m.run_name = r.run_name AND m.kind = 'finetune'
WHERE r.model GLOB 'Llama-3.2-*' AND r.lora_rank >= 16
ORDER BY r.experiment, r.rowid
"""


def measure(folder: Path) -> list[Measure]:
    """Both questions of the budget, each in a registry of its own."""
    return [_runs(folder), _refresh(folder.with_name("refreshed"))]


def _runs(folder: Path) -> Measure:
    registry(folder, EXPERIMENTS_OF_RUNS)
    run([CKREG, "runs", "--count"], folder)
    cache = folder / ".ckreg" / "cache.db"
    _filled(cache)
    times = medians(
        {
            "runs": command(CKREG, "runs", *_FILTERS, "--json", cwd=folder),
            "runs as a table": command(CKREG, "runs", *_FILTERS, cwd=folder),
            "sqlite-utils": command(_SQLITE_UTILS, "query", str(cache), _SQL),
            "start-up": command(CKREG, "runs", "--help"),
        },
        ROUNDS,
    )
    ratio = times["runs"] / times["sqlite-utils"]
    return Measure("runs, two filters over 10,000 runs", ratio, BUDGET, "x sqlite-utils query", times)


def _filled(cache: Path) -> None:
    """Put beside the plans what was measured of each run, and two results of each of its evaluations."""
    chance = random.Random(7)  # noqa: S311  # numbers to fill a table with
    with contextlib.closing(sqlite3.connect(cache)) as connection, connection:
        runs = connection.execute("SELECT experiment, run_name FROM runs ORDER BY rowid").fetchall()
        for number, (name, run_name) in enumerate(runs):
            path = f"/scratch/{number}.out"
            connection.execute("INSERT INTO logs (path, mtime_ns) VALUES (?, ?)", (path, number))
            connection.execute(
                "INSERT INTO measurements (log_path, segment, job_id, experiment, run_name, kind, outcome, "
                "elapsed_seconds) VALUES (?, 0, ?, ?, ?, 'finetune', 'completed', ?)",
                (path, str(number), name, run_name, chance.uniform(60, 7200)),
            )
            connection.executemany(
                "INSERT INTO results (experiment, run_name, task, epoch, metric, value) "
                "VALUES (?, ?, 'words', ?, 'accuracy', ?)",
                [(name, run_name, epoch, chance.random()) for epoch in ("0", "1")],
            )
    assert len(runs) >= 10_000  # noqa: PLR2004  # what the budget speaks of


def _refresh(folder: Path) -> Measure:
    registry(folder, EXPERIMENTS)
    document = folder / "experiments" / experiment(7) / "experiment_summary.md"
    number = itertools.count()

    def same() -> None:
        run([CKREG, "query", "SELECT count(*) FROM runs"], folder)

    def changed() -> None:
        text = document.read_text(encoding="utf-8")
        document.write_text(f"{text}note {next(number)}\n", encoding="utf-8")
        same()

    times = medians({"changed": changed, "same": same, "start-up": command(CKREG, "query", "--help")}, ROUNDS)
    beyond = times["changed"] - times["start-up"]
    return Measure("cache of 1,000 experiments after a change", beyond, BUDGET_REFRESH, "s", times)
