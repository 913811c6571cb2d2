"""The view `run_summary`: a row a run, with its plan, its job and what was measured, each as it is now."""

# Written as joins with one row each, so that SQLite leaves out those of whose columns nobody asks.
RUN_SUMMARY = """
    SELECT r.experiment, r.run_name, r.type, r.model, r.lora_rank, r.batch_size,
           -- A base model is trained by nobody: its evaluations tell how far it is.
           coalesce(r.status, (
               SELECT CASE WHEN count(*) = 0 THEN NULL
                           WHEN total(v.status = 'failed') > 0 THEN 'failed'
                           WHEN total(v.status = 'running') > 0 THEN 'running'
                           WHEN total(v.status = 'completed') = count(*) THEN 'completed'
                           ELSE 'pending' END
               FROM evaluations AS v WHERE v.experiment = r.experiment AND v.run_name = r.run_name
           )) AS status,
           r.job_id, coalesce(r.started, e.created) AS began, r.started, r.completed,
           coalesce(nullif(m.outcome, 'unknown'), nullif(j.outcome, 'unknown')) AS outcome,
           m.outcome_evidence,
           coalesce(m.elapsed_seconds, j.elapsed_seconds) AS elapsed_seconds,
           p.median_seconds AS estimated_seconds, p.p90_seconds AS estimated_p90_seconds,
           m.seconds_per_step, m.samples_per_second, m.tokens_per_second_per_gpu,
           m.steps_done, m.steps_total, m.peak_gpu_mem_gib, m.checkpoint_gib,
           coalesce(m.n_gpus, j.gpus) AS n_gpus, coalesce(m.gpu_type, j.gpu_type) AS gpu_type,
           j.state AS job_state, j.exit_code, j.submitted, j.nodes,
           (SELECT count(*) FROM evaluations AS v
            WHERE v.experiment = r.experiment AND v.run_name = r.run_name) AS evaluations,
           (SELECT count(*) FROM evaluations AS v
            WHERE v.experiment = r.experiment AND v.run_name = r.run_name
              AND v.status = 'completed') AS evaluations_completed,
           (SELECT count(*) FROM evaluations AS v
            WHERE v.experiment = r.experiment AND v.run_name = r.run_name
              AND v.status = 'failed') AS evaluations_failed,
           r.notes, e.question, m.log_path, r.rowid AS place
    FROM runs AS r
    LEFT JOIN experiments AS e ON e.name = r.experiment
    LEFT JOIN predictions AS p ON p.rowid = (
        SELECT max(rowid) FROM predictions
        WHERE experiment = r.experiment AND run_name = r.run_name AND task IS NULL
    )
    -- Of several tries that of the document's job counts, else the newest log; what waits or runs has none
    -- of an earlier job. Ids are used again: a log in the experiment's own folder goes before others.
    LEFT JOIN measurements AS m ON m.rowid = coalesce((
        SELECT x.rowid
        FROM measurements AS x LEFT JOIN logs AS l ON l.path = x.log_path
        WHERE x.job_id = r.job_id AND x.kind = 'finetune' AND x.experiment = r.experiment
          AND x.run_name = r.run_name
        ORDER BY l.mtime_ns DESC, x.segment DESC LIMIT 1
    ), (
        SELECT x.rowid
        FROM measurements AS x LEFT JOIN logs AS l ON l.path = x.log_path
        WHERE x.job_id = r.job_id AND x.kind = 'finetune' AND (x.run_name = r.run_name OR x.run_name IS NULL)
        ORDER BY l.mtime_ns DESC, x.segment DESC LIMIT 1
    ), (
        SELECT x.rowid
        FROM measurements AS x LEFT JOIN logs AS l ON l.path = x.log_path
        WHERE x.experiment = r.experiment AND x.run_name = r.run_name AND x.kind = 'finetune'
          AND (x.job_id IS NULL OR coalesce(r.status, '') NOT IN ('pending', 'running'))
        ORDER BY l.mtime_ns DESC, x.segment DESC LIMIT 1
    ))
    -- Ids are used again: another sacct file counts where it alone knows the id.
    LEFT JOIN jobs AS j ON j.rowid = (
        SELECT rowid FROM jobs
        WHERE job_id = r.job_id
          AND (scope = '' OR 1 = (SELECT count(DISTINCT coalesce(submitted, '')) FROM jobs AS other
                                  WHERE other.job_id = r.job_id))
        ORDER BY scope = '' DESC, submitted DESC LIMIT 1
    )
"""

COLUMNS = (
    "experiment",
    "run_name",
    "type",
    "model",
    "lora_rank",
    "batch_size",
    "status",
    "job_id",
    "began",
    "started",
    "completed",
    "outcome",
    "outcome_evidence",
    "elapsed_seconds",
    "estimated_seconds",
    "estimated_p90_seconds",
    "seconds_per_step",
    "samples_per_second",
    "tokens_per_second_per_gpu",
    "steps_done",
    "steps_total",
    "peak_gpu_mem_gib",
    "checkpoint_gib",
    "n_gpus",
    "gpu_type",
    "job_state",
    "exit_code",
    "submitted",
    "nodes",
    "evaluations",
    "evaluations_completed",
    "evaluations_failed",
    "notes",
    "question",
    "log_path",
    "place",
)
