"""The tables that documents and their history fill."""

from ckreg.adapters.cache.table import OF_AN_EXPERIMENT, Table

EXPERIMENT_TABLES = {
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
        parent=OF_AN_EXPERIMENT,
    ),
    # What the plan sets each run to, by recipe key; whether text or number, the value is kept as it is.
    "parameters": Table(
        {"experiment": str, "run_name": str, "name": str, "value": bytes},
        ("experiment", "run_name", "name"),
        (("name",),),
        OF_AN_EXPERIMENT,
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
        OF_AN_EXPERIMENT,
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
        OF_AN_EXPERIMENT,
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
        parent=OF_AN_EXPERIMENT,
    ),
}
