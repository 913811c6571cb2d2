"""The views of the cache: the common questions, asked once in SQL."""

from ckreg.core.run_summary import RUN_SUMMARY

_PLACE = 15  # digits; as text of one length, places are in order
_ENDED = "to_status IN ('completed', 'failed') AND from_status IS NOT to_status"


def _last(column: str, where: str) -> str:
    """The column's last value that is not null, by place, as an aggregate."""
    value = f"max(printf('%0{_PLACE}d', place) || {column}) FILTER (WHERE {where})"
    return f"substr({value}, {_PLACE + 1})"


VIEWS = {
    "run_summary": RUN_SUMMARY,
    # One row a run and log of it; a run that was retried has several, one that has no log yet has nulls.
    "run_overview": """
        SELECT r.experiment, r.run_name, r.type, r.model, r.lora_rank, r.batch_size, r.status, r.job_id,
               r.est_time, r.started, r.completed, m.outcome, m.epochs, m.steps_total, m.steps_done,
               m.seconds_per_step, m.samples_per_second, m.startup_seconds, m.elapsed_seconds,
               m.checkpoint_gib, m.peak_gpu_mem_gib, m.outcome_evidence, m.log_path, r.notes
        FROM runs AS r
        LEFT JOIN measurements AS m ON m.kind = 'finetune' AND (
            (m.experiment = r.experiment AND m.run_name = r.run_name)
            OR (m.job_id = r.job_id AND (m.run_name = r.run_name OR m.run_name IS NULL)
                -- Ids are used again: a log elsewhere counts where the run has none of its own.
                AND NOT (m.experiment IS NOT r.experiment AND EXISTS (
                    SELECT 1 FROM measurements AS own
                    WHERE own.job_id = r.job_id AND own.experiment = r.experiment
                      AND own.run_name = r.run_name AND own.kind = 'finetune')))
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
    # The losses that `ckreg site` has read, with whose they are; `step` counts optimiser steps.
    "loss_history": """
        SELECT m.experiment, m.run_name, m.job_id, l.kind, l.step, l.epoch, l.loss, c.log_path, c.segment
        FROM losses AS l
        JOIN loss_curves AS c ON c.id = l.curve
        LEFT JOIN measurements AS m ON m.log_path = c.log_path AND m.segment = c.segment
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
    # What happened to each row of the Status tables, oldest first by `place`; `attempt` counts the starts. A
    # commit that was picked onto another branch brings its events along: they count once. So does a change
    # that somebody's own commit took along before ckreg's could tell of it.
    "status_history": """
        WITH once AS (
            SELECT *, row_number() OVER (
                       PARTITION BY id, experiment, run, task, epoch, from_status, to_status, at
                       ORDER BY place
                   ) AS copy
            FROM status_events
        ), followed AS (
            SELECT *, lead(by_hand) OVER (row) AS next_by_hand, lead(from_status) OVER (row) AS next_from,
                   lead(to_status) OVER (row) AS next_to
            FROM once WHERE copy = 1
            WINDOW row AS (PARTITION BY experiment, run, task, epoch ORDER BY place)
        )
        SELECT place, at, committed, experiment, run, task, epoch, from_status, to_status, job, by, evidence,
               author, email, forced, overtaken, by_hand, commit_id,
               sum(overtaken IS NULL AND from_status IS NOT to_status AND (
                       to_status = 'running' OR (
                           to_status IN ('completed', 'failed')
                           AND coalesce(from_status, 'pending') = 'pending'
                       )
                   )) OVER (PARTITION BY experiment, run, task, epoch ORDER BY place) AS attempt
        FROM followed
        WHERE NOT (by_hand IS 1 AND next_by_hand IS 0 AND next_from IS from_status AND next_to IS to_status)
    """,
    # One row a start of a run or evaluation, and how it ended; nulls where it has not. Of several events in
    # it the last one counts. What is recorded of a row that waits, as the job that was sent, is of the start
    # to come.
    "attempts": f"""
        SELECT experiment, run, task, epoch, attempt + (to_status IS 'pending') AS attempt,
               {_last("job", "job <> ''")} AS job,
               min(at) FILTER (WHERE to_status = 'running') AS started,
               {_last("at", _ENDED)} AS ended,
               {_last("to_status", _ENDED)} AS outcome,
               {_last("evidence", _ENDED)} AS evidence
        FROM status_history
        WHERE overtaken IS NULL
        GROUP BY experiment, run, task, epoch, attempt + (to_status IS 'pending')
        HAVING sum(attempt > 0 AND to_status IS NOT 'pending') > 0
    """,  # noqa: S608  # our own
    # One row a prediction, and what became of it. The actual time is the scheduler's, else the log's, else
    # that from the start to the end that the document or its history tells; none where the job did not
    # complete. Of a job that was stopped at its time limit it is `at_least` the true one.
    "predictions_met": """
        WITH planned AS (
            SELECT p.*, 'eval' AS other_kind, r.status, r.job_id,
                   (julianday(r.completed) - julianday(r.started)) * 86400 AS told_seconds
            FROM predictions AS p
            LEFT JOIN runs AS r ON r.experiment = p.experiment AND r.run_name = p.run_name
            WHERE p.task IS NULL
            UNION ALL
            SELECT p.*, 'finetune', e.status,
                   -- A job that ran several evaluations tells the time of none.
                   CASE WHEN 1 = (SELECT count(*) FROM evaluations AS other
                                  WHERE other.job_id = e.job_id AND other.experiment = e.experiment)
                        THEN e.job_id END,
                   (SELECT (julianday(max(CASE WHEN s.to_status = 'completed' THEN s.at END))
                            - julianday(max(CASE WHEN s.to_status = 'running' THEN s.at END))) * 86400
                    FROM status_events AS s
                    WHERE s.experiment = p.experiment AND s.run = p.run_name
                      AND s.task = p.task AND s.epoch IS p.epoch
                      -- When an editor was used tells nothing of the job.
                      AND s.by_hand IS NOT 1 AND s.overtaken IS NULL)
            FROM predictions AS p
            LEFT JOIN evaluations AS e
              ON e.experiment = p.experiment AND e.run_name = p.run_name AND e.task = p.task
             AND (e.epoch IS p.epoch OR (p.epoch = 'best' AND e.epoch LIKE 'best (%)'))
            WHERE p.task IS NOT NULL
        ), measured AS (
            SELECT d.*, m.outcome AS log_says, m.elapsed_seconds AS seconds,
                   m.elapsed_seconds IS m.log_elapsed_seconds AS from_log,
                   row_number() OVER (
                       PARTITION BY d.experiment, d.run_name, d.task, d.epoch
                       ORDER BY m.experiment IS d.experiment DESC, m.outcome = 'completed' DESC,
                                m.elapsed_seconds DESC, m.log_path, m.segment
                   ) AS place
            FROM planned AS d
            LEFT JOIN measurements AS m
              ON (m.job_id = d.job_id AND m.kind <> d.other_kind
                  AND (m.run_name = d.run_name OR m.run_name IS NULL))
              OR (d.job_id IS NULL AND m.kind = 'finetune' AND d.task IS NULL
                  AND m.experiment = d.experiment AND m.run_name = d.run_name)
        ), told AS (
            SELECT d.*, j.outcome AS scheduler_says, j.elapsed_seconds AS scheduler_seconds
            FROM measured AS d
            LEFT JOIN jobs AS j ON j.rowid = (
                SELECT rowid FROM jobs
                WHERE job_id = d.job_id
                  -- Ids are used again: another sacct file counts where it alone knows the id.
                  AND (scope = '' OR 1 = (SELECT count(DISTINCT coalesce(submitted, '')) FROM jobs AS other
                                          WHERE other.job_id = d.job_id))
                ORDER BY scope = '' DESC, submitted DESC LIMIT 1
            )
            WHERE d.place = 1
        ), ended AS (
            SELECT *, coalesce(nullif(log_says, 'unknown'), nullif(scheduler_says, 'unknown')) AS outcome,
                   coalesce(CASE WHEN NOT from_log THEN seconds END, scheduler_seconds) AS by_scheduler,
                   CASE WHEN from_log THEN seconds END AS by_log,
                   CASE WHEN told_seconds > 0 THEN round(told_seconds) END AS by_document
            FROM told
        )
        SELECT experiment, run_name, task, epoch, tier, median_seconds, p90_seconds, status, job_id, outcome,
               CASE WHEN over THEN coalesce(by_scheduler, by_log, by_document) END AS actual_seconds,
               CASE WHEN over THEN CASE WHEN by_scheduler IS NOT NULL THEN 'scheduler'
                                        WHEN by_log IS NOT NULL THEN 'log'
                                        WHEN by_document IS NOT NULL THEN 'document' END END AS actual_from,
               coalesce(over AND outcome = 'timeout', 0) AS at_least
        FROM (
            SELECT *,
                   (status = 'completed' AND coalesce(outcome, 'completed') IN ('completed', 'incomplete'))
                   OR (outcome = 'timeout' AND coalesce(by_scheduler, by_log) IS NOT NULL) AS over
            FROM ended
        )
    """,
    # The predictions that can be judged: all that completed, and what took longer than its 90th percentile
    # before it was stopped. Within that percentile a job that was stopped proves nothing.
    "scores": """
        SELECT experiment, run_name, task, epoch, tier, median_seconds, p90_seconds, actual_seconds,
               actual_seconds / median_seconds AS ratio,
               NOT at_least AND actual_seconds <= p90_seconds AS within_p90, at_least, actual_from
        FROM predictions_met
        WHERE actual_seconds > 0 AND (NOT at_least OR actual_seconds > p90_seconds)
          -- estimates.json may have been edited: text is greater than any number.
          AND median_seconds BETWEEN 1e-3 AND 1e12 AND p90_seconds BETWEEN median_seconds AND 1e12
    """,
}

EXAMPLE = "SELECT run_name, status, outcome, elapsed_seconds FROM run_summary"
