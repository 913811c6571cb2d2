"""The views of the cache, in words."""

from ckreg.core.described.columns import told

VIEWS = {
    "run_summary": told(
        "One row a run, base models too: plan, status, latest job and what was measured.",
        "experiment run_name type model lora_rank batch_size status job_id began started completed outcome "
        "outcome_evidence elapsed_seconds estimated_seconds estimated_p90_seconds seconds_per_step "
        "samples_per_second tokens_per_second_per_gpu steps_done steps_total peak_gpu_mem_gib checkpoint_gib "
        "n_gpus gpu_type job_state exit_code submitted nodes evaluations evaluations_completed "
        "evaluations_failed notes question log_path place",
        status="pending, running, completed or failed; of a base model how far its evaluations are.",
        began="When it started; of a run that has not, when it was planned.",
        outcome="How its latest job ended, by the log, else the scheduler: completed, timeout, oom_gpu, ...",
        estimated_seconds="Time that the plan estimated: half take longer.",
        estimated_p90_seconds="Time that the plan estimated: one of ten takes longer.",
        job_state="State of its job, as sacct says.",
        evaluations="How many evaluations are planned of it.",
        evaluations_completed="How many of them are completed.",
        evaluations_failed="How many of them failed.",
        question="The experiment's question.",
        log_path="Path of the newest log of its training.",
        place="Place in the order of the plan.",
    ),
    "run_overview": told(
        "One row a run and log of it: a run that was retried has several, one without a log nulls.",
        "experiment run_name type model lora_rank batch_size status job_id est_time started completed "
        "outcome epochs steps_total steps_done seconds_per_step samples_per_second startup_seconds "
        "elapsed_seconds checkpoint_gib peak_gpu_mem_gib outcome_evidence log_path notes",
    ),
    "evaluation_overview": told(
        "One row an evaluation and log of it.",
        "experiment run_name task epoch status job_id completed outcome samples_per_second elapsed_seconds "
        "outcome_evidence log_path notes",
    ),
    "prior_speeds": told(
        "What estimates go by: how fast each setup ran.",
        "model recipe lora_rank batch_size grad_accum packed n_gpus gpu_type runs seconds_per_step fastest "
        "slowest samples_per_second peak_gpu_mem_gib checkpoint_gib",
        runs="How many runs there are of this setup.",
        seconds_per_step="Mean of their steady times of a step.",
        fastest="Least of their seconds_per_step.",
        slowest="Greatest of their seconds_per_step.",
    ),
    "progress": told(
        "How many runs and evaluations of each experiment have which status.",
        "experiment what total pending running completed failed",
        what="fine-tuning or evaluations.",
        completed="How many are completed.",
    ),
    "status_history": told(
        "What happened to each row of the Status tables, each change once.",
        "place at committed experiment run task epoch from_status to_status job by evidence author email "
        "forced overtaken by_hand commit_id attempt",
        attempt="Which start of the run or evaluation it belongs to, counted from 1.",
    ),
    "attempts": told(
        "One row a start of a run or evaluation, and how it ended.",
        "experiment run task epoch attempt job started ended outcome evidence",
        attempt="Which start it is, counted from 1.",
        started="When it started.",
        ended="When it ended.",
        outcome="completed or failed; null where it has not ended.",
    ),
    "predictions_met": told(
        "One row a prediction, and what became of it.",
        "experiment run_name task epoch tier median_seconds p90_seconds status job_id outcome actual_seconds "
        "actual_from at_least",
    ),
    "scores": told(
        "The predictions that can be judged.",
        "experiment run_name task epoch tier median_seconds p90_seconds actual_seconds ratio within_p90 "
        "at_least actual_from",
        ratio="actual_seconds by median_seconds.",
        within_p90="1 where it took no longer than p90_seconds.",
    ),
    "loss_history": told(
        "Losses of runs, step by step: at most 200 of a kind of each job.",
        "experiment run_name job_id kind step epoch loss log_path segment",
        kind="Whether the loss is of training or of validation.",
        step="Optimiser step.",
        epoch="Epoch, with its fraction.",
        loss="The loss.",
        segment="Which job within the log, counted from 0.",
    ),
}
