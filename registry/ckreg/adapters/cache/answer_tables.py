"""The tables of results and of texts, and the single facts."""

from ckreg.adapters.cache.table import OF_AN_EXPERIMENT, Table

ANSWER_TABLES = {
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
        OF_AN_EXPERIMENT,
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
        OF_AN_EXPERIMENT,
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
