"""The views of the cache: the common questions, asked once in SQL."""

VIEWS = {
    # One row a run and log of it; a run that was retried has several, one that has no log yet has nulls.
    "run_overview": """
        SELECT r.experiment, r.run_name, r.type, r.model, r.lora_rank, r.batch_size, r.status, r.job_id,
               r.est_time, r.started, r.completed, m.outcome, m.epochs, m.steps_total, m.steps_done,
               m.seconds_per_step, m.samples_per_second, m.startup_seconds, m.elapsed_seconds,
               m.checkpoint_gib, m.peak_gpu_mem_gib, m.outcome_evidence, m.log_path, r.notes
        FROM runs AS r
        LEFT JOIN measurements AS m ON m.kind = 'finetune' AND (
            (m.experiment = r.experiment AND m.run_name = r.run_name)
            OR (m.job_id = r.job_id AND (m.run_name = r.run_name OR m.run_name IS NULL))
        )
    """,
    "evaluation_overview": """
        SELECT e.experiment, e.run_name, e.task, e.epoch, e.status, e.job_id, e.completed, m.outcome,
               m.samples_per_second, m.elapsed_seconds, m.outcome_evidence, m.log_path, e.notes
        FROM evaluations AS e
        LEFT JOIN measurements AS m ON m.kind = 'eval' AND m.job_id = e.job_id
    """,
    # What an estimate has to go by: how fast each setup ran, over how many runs.
    "prior_speeds": """
        SELECT model, recipe, lora_rank, batch_size, grad_accum, packed, n_gpus, gpu_type,
               count(*) AS runs,
               avg(seconds_per_step) AS seconds_per_step,
               min(seconds_per_step) AS fastest, max(seconds_per_step) AS slowest,
               avg(batch_size * coalesce(grad_accum, 1) * coalesce(n_gpus, 1) / seconds_per_step)
                   AS samples_per_second,
               max(peak_gpu_mem_gib) AS peak_gpu_mem_gib, max(checkpoint_gib) AS checkpoint_gib
        FROM measurements
        WHERE kind = 'finetune' AND seconds_per_step > 0
        GROUP BY model, recipe, lora_rank, batch_size, grad_accum, packed, n_gpus, gpu_type
    """,
    "progress": """
        SELECT experiment, 'fine-tuning' AS what, count(*) AS total,
               sum(status = 'pending') AS pending, sum(status = 'running') AS running,
               sum(status = 'completed') AS completed, sum(status = 'failed') AS failed
        FROM runs WHERE status IS NOT NULL GROUP BY experiment
        UNION ALL
        SELECT experiment, 'evaluations', count(*), sum(status = 'pending'), sum(status = 'running'),
               sum(status = 'completed'), sum(status = 'failed')
        FROM evaluations GROUP BY experiment
    """,
}

EXAMPLE = "SELECT run_name, status, outcome, seconds_per_step FROM run_overview"
