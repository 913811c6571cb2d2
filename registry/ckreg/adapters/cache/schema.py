"""The tables of the cache; the names of `measurements` are an interface."""

import sqlite3
from typing import NamedTuple

from ckreg.core.query import VIEWS

SCHEMA = 13
"""Kept in SQLite's `user_version`; another number there means: drop everything and build anew."""


class Table(NamedTuple):
    """Columns with their types, those that tell rows apart, what is looked up by, and whose rows they are."""

    columns: dict[str, type]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    parent: tuple[str, str, str] | None = None
    """A column, and the table and column that its values stand in."""


_OF_AN_EXPERIMENT = ("experiment", "experiments", "name")


TABLES = {
    "experiments": Table(
        {
            "name": str,
            "type": str,
            "question": str,
            "created": str,
            "path": str,
            "mtime_ns": int,
            "size": int,
            # The ids that git has for the document and for estimates.json.
            "blobs": str,
        },
        ("name",),
    ),
    "variables": Table(
        {"experiment": str, "factor": str, "level": str},
        ("experiment", "factor", "level"),
        parent=_OF_AN_EXPERIMENT,
    ),
    # What the plan sets each run to, by recipe key; whether text or number, the value is kept as it is.
    "parameters": Table(
        {"experiment": str, "run_name": str, "name": str, "value": bytes},
        ("experiment", "run_name", "name"),
        (("name",),),
        _OF_AN_EXPERIMENT,
    ),
    "runs": Table(
        {
            "experiment": str,
            "run_name": str,
            "model": str,
            "lora_rank": int,
            "batch_size": int,
            "type": str,
            "est_time": str,
            "status": str,
            "job_id": str,
            "started": str,
            "completed": str,
            "notes": str,
            "line": int,
        },
        ("experiment", "run_name"),
        (("job_id",),),
        _OF_AN_EXPERIMENT,
    ),
    "evaluations": Table(
        {
            "experiment": str,
            "run_name": str,
            "task": str,
            "epoch": str,
            "status": str,
            "job_id": str,
            "completed": str,
            "notes": str,
            "line": int,
        },
        ("experiment", "line"),
        (("experiment", "run_name"), ("job_id",)),
        _OF_AN_EXPERIMENT,
    ),
    # What commits say of status changes; `by_hand` where no trailer tells of one, but the document changed.
    "status_events": Table(
        {
            "commit_id": str,
            # The event's place among those of its commit, and in all of history, oldest first.
            "number": int,
            "place": int,
            "id": str,
            "author": str,
            "email": str,
            "experiment": str,
            "run": str,
            "task": str,
            "epoch": str,
            "from_status": str,
            "to_status": str,
            "job": str,
            "by": str,
            "evidence": str,
            # When it happened, as the trailer says, and when it was committed.
            "at": str,
            "committed": str,
            "forced": int,
            # The status that was asked for, but came too late: nothing changed.
            "overtaken": str,
            "by_hand": int,
        },
        ("commit_id", "number"),
        (("experiment", "run", "task", "epoch", "place"), ("id",), ("place",)),
    ),
    # The commits that changed files of an experiment, but for those that only tell of statuses.
    "commits": Table(
        {
            "commit_id": str,
            "experiment": str,
            "place": int,
            "at": str,
            "author": str,
            "email": str,
            "kind": str,
            "words": str,
            "details": str,
        },
        ("commit_id", "experiment"),
        (("experiment", "place"),),
    ),
    "logs": Table(
        {
            "path": str,
            "size": int,
            "mtime_ns": int,
            "inode": str,
            "metrics_ns": int,
            "reader_version": int,
            "fingerprint": str,
            # 1 where the log itself was not seen, but its measurements are in prior-runs.jsonl.
            "kept": int,
            # The log of which this is a copy: its jobs are measured there, and counted once.
            "copy_of": str,
        },
        ("path",),
        (("fingerprint",),),
    ),
    "measurements": Table(
        {
            "log_path": str,
            "segment": int,
            "job_id": str,
            "array_task": int,
            "experiment": str,
            "run_name": str,
            "framework": str,
            "kind": str,
            "recipe": str,
            "model": str,
            "lora_rank": int,
            "batch_size": int,
            "grad_accum": int,
            "packed": int,
            "max_seq_len": int,
            "dataset": str,
            "n_gpus": int,
            "gpu_type": str,
            "epochs": int,
            "steps_total": int,
            "steps_done": int,
            "seconds_per_step": float,
            "speed_method": str,
            "speed_spread": float,
            "samples_per_second": float,
            "tokens_per_second_per_gpu": float,
            "startup_seconds": float,
            "seen_seconds": float,
            "elapsed_seconds": float,
            "checkpoint_gib": float,
            "adapter_checkpoint_gib": float,
            "checkpoint_seconds": float,
            "peak_gpu_mem_gib": float,
            "mean_gpu_mem_gib": float,
            "total_gpu_mem_gib": float,
            "gpu_utilisation": float,
            "samples_total": int,
            "samples_done": int,
            "seconds_per_sample": float,
            "outcome": str,
            "outcome_evidence": str,
            # What the log alone says, kept beside the scheduler's word.
            "log_outcome": str,
            "log_outcome_evidence": str,
            "log_elapsed_seconds": float,
            # The model's own name, by which runs of it are found, and a number by which some of very many
            # are drawn: see `near`.
            "base_model": str,
            "draw": int,
        },
        ("log_path", "segment"),
        (
            ("experiment", "run_name"),
            ("job_id",),
            ("model",),
            ("base_model", "kind", "batch_size", "draw"),
            ("base_model", "kind", "draw"),
            ("base_model", "packed", "draw"),
            ("base_model", "outcome", "batch_size", "draw"),
        ),
        ("log_path", "logs", "path"),
    ),
    # Whose losses were read, from a log as it was then; `points` is how many it told. A curve outlives
    # its log.
    "loss_curves": Table(
        {
            "id": int,
            "log_path": str,
            "segment": int,
            "size": int,
            "mtime_ns": int,
            "inode": str,
            "reader_version": int,
            "points": int,
        },
        ("id",),
        (("log_path", "segment"),),
    ),
    # Of each curve at most 200 losses a kind: those that draw it.
    "losses": Table(
        {"curve": int, "kind": str, "step": int, "epoch": float, "loss": float},
        ("curve", "kind", "step"),
        (),
        ("curve", "loss_curves", "id"),
    ),
    "jobs": Table(
        {
            "source": str,
            # The folder of whose logs the source speaks; empty where it speaks of all.
            "scope": str,
            "cluster": str,
            "job_id": str,
            "state": str,
            "outcome": str,
            "exit_code": str,
            "elapsed_seconds": int,
            "time_limit_seconds": int,
            "submitted": str,
            "started": str,
            "ended": str,
            "max_rss_gib": float,
            "gpus": int,
            "gpu_type": str,
            "nodes": str,
        },
        ("source", "cluster", "job_id", "submitted"),
        (("job_id",),),
    ),
    "predictions": Table(
        {
            "experiment": str,
            "run_name": str,
            "task": str,
            "epoch": str,
            "median_seconds": float,
            "p90_seconds": float,
            "tier": str,
        },
        ("experiment", "run_name", "task", "epoch"),
        parent=_OF_AN_EXPERIMENT,
    ),
    # One row a value that an evaluation gave, as a file tells it. An evaluation that gave none has a row
    # without metric and value: `outcome` says why.
    "results": Table(
        {
            "experiment": str,
            "run_name": str,
            "task": str,
            "epoch": str,
            "metric": str,
            "value": float,
            # Of the value, over samples, as the file reports it.
            "stderr": float,
            "samples": int,
            "seed": int,
            # inspect-ai's scorer, lm-evaluation-harness' filter.
            "scorer": str,
            # completed, failed, cancelled or incomplete, as the file says.
            "outcome": str,
            # The file, and what wrote it: inspect_ai, lm_eval, trainer_state or csv.
            "source": str,
            "source_kind": str,
            "at": str,
            # 1 where it was read from results.csv.
            "kept": int,
        },
        ("experiment", "run_name", "task", "epoch", "metric", "scorer", "seed", "source"),
        (("run_name",), ("metric", "task")),
        _OF_AN_EXPERIMENT,
    ),
    # The results of a cell of the plan in one row: the mean of its `n` values, with its standard error (over
    # the values where there are several, else the one over samples), and the base model's mean beside it.
    "result_summary": Table(
        {
            "experiment": str,
            "run_name": str,
            "task": str,
            "epoch": str,
            "metric": str,
            "scorer": str,
            "mean": float,
            "stderr": float,
            "n": int,
            "samples": int,
            "base": float,
            "difference": float,
        },
        ("experiment", "run_name", "task", "epoch", "metric", "scorer"),
        (("run_name",), ("task", "metric")),
        _OF_AN_EXPERIMENT,
    ),
    # What `ckreg find` looks through; `texts` is how it is asked. A text is a document's or a log's, with its
    # path, or a commit's.
    "text_rows": Table(
        {
            "id": int,
            "experiment": str,
            "run_name": str,
            "kind": str,
            "path": str,
            "line": int,
            "commit_id": str,
            "text": str,
        },
        ("id",),
        (("path",), ("commit_id",)),
    ),
    "facts": Table({"name": str, "value": str}, ("name",)),
}

SHOWN = "type IN ('table', 'view') AND name NOT IN ('facts', 'text_rows') AND name NOT GLOB 'texts_*'"
"""What of `sqlite_master` people are told of: not the parts that an index is made of."""

_TEXTS = "experiment, run_name, kind, path, line, commit_id, text"
# Datasette reads this text to find what it can search in: no spaces around `=`.
_INDEX = f"""
CREATE VIRTUAL TABLE texts USING fts5({_TEXTS.replace(",", " UNINDEXED,")},
    content="text_rows", content_rowid="id", tokenize="unicode61")
"""


_VIRTUAL = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'"


def build(connection: sqlite3.Connection) -> None:
    """Drop whatever is there, and make the tables, indexes and views; the number comes last."""
    from sqlite_utils import Database  # noqa: PLC0415  # 150 ms that only building anew has to pay

    database = Database(connection, execute_plugins=False)
    connection.execute("PRAGMA user_version = 0")
    for old in database.view_names():
        connection.execute(f"DROP VIEW {_quoted(old)}")
    for (old,) in connection.execute(_VIRTUAL).fetchall():  # each takes the tables that it is made of along
        connection.execute(f"DROP TABLE {_quoted(old)}")
    for old in reversed(database.table_names()):
        connection.execute(f"DROP TABLE {_quoted(old)}")
    for name, table in TABLES.items():
        made = database.table(name).create(
            table.columns,
            pk=table.key if len(table.key) > 1 else table.key[0],
            foreign_keys=[table.parent] if table.parent else None,
        )
        for columns in table.indexes:
            made.create_index(list(columns))
    if connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0]:
        connection.execute(_INDEX)
    else:
        database.create_view("texts", f"SELECT {_TEXTS} FROM text_rows")  # noqa: S608  # our own
    for view, sql in VIEWS.items():
        database.create_view(view, sql.strip())
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
