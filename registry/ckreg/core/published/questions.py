"""Questions that are asked often, as SQL over the cache; `:name` is asked for on the page."""

from typing import NamedTuple


class Question(NamedTuple):
    """A query with the name of its page, what it tells, and its SQL."""

    title: str
    description: str
    sql: str


QUESTIONS = {
    "find_words": Question(
        "Find words",
        "Full text over questions, notes, reasons and errors of failed jobs, in FTS5's syntax.",
        """
        SELECT experiment, run_name, kind, text, path, line, commit_id
        FROM texts WHERE texts MATCH :words ORDER BY rank LIMIT 100
        """,
    ),
    "failed_runs": Question(
        "Failed runs and why",
        "Runs whose job failed, as log or scheduler tell it.",
        """
        SELECT experiment, run_name, model, status, job_id, outcome, outcome_evidence, notes, log_path
        FROM run_overview WHERE status = 'failed' OR outcome IN ('failed', 'timeout', 'oom_gpu', 'oom_host',
            'node_fail', 'preempted', 'cancelled')
        ORDER BY started DESC
        """,
    ),
    "progress": Question(
        "How far each experiment is",
        "Runs and evaluations by status.",
        "SELECT * FROM progress ORDER BY experiment, what",
    ),
    "throughput": Question(
        "Throughput by model, GPU and batch",
        "How fast each setup ran, over how many runs.",
        """
        SELECT model, recipe, gpu_type, n_gpus, batch_size, packed, lora_rank, runs,
               round(samples_per_second, 2) AS samples_per_second,
               round(seconds_per_step, 3) AS seconds_per_step, round(peak_gpu_mem_gib, 1) AS peak_gpu_mem_gib
        FROM prior_speeds ORDER BY model, gpu_type, batch_size
        """,
    ),
    "missed_estimates": Question(
        "Estimates that were missed",
        "Runs that took longer than nine of ten were expected to.",
        """
        SELECT experiment, run_name, task, epoch, tier, round(median_seconds) AS median_seconds,
               round(p90_seconds) AS p90_seconds, round(actual_seconds) AS actual_seconds,
               round(ratio, 2) AS ratio
        FROM scores WHERE NOT within_p90 ORDER BY ratio DESC
        """,
    ),
    "gpu_hours": Question(
        "GPU-hours by experiment",
        "What the jobs of each experiment took, as far as their logs are indexed.",
        """
        SELECT experiment, count(*) AS jobs,
               round(sum(elapsed_seconds * coalesce(n_gpus, 1)) / 3600, 2) AS gpu_hours
        FROM measurements WHERE experiment IS NOT NULL
        GROUP BY experiment ORDER BY gpu_hours DESC
        """,
    ),
}
