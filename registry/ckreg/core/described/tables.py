"""The tables of the cache, in words."""

from ckreg.core.described.columns import told

TABLES = {
    "experiments": told(
        "One row an experiment.",
        "name type question created path mtime_ns size blobs",
        name="Name of the experiment.",
        type="Its design: single run, parameter sweep, 2x3 factorial, ablation, ...",
        question="The question that it is to answer.",
        created="When it was planned, local time.",
        path="Path of its document.",
        mtime_ns="When the document was written, in nanoseconds, as it was read.",
        size="Bytes of the document, as it was read.",
        blobs="Ids that git has for the document and for estimates.json.",
    ),
    "variables": told(
        "What an experiment varies: one row a level.",
        "experiment factor level",
        factor="What is varied.",
        level="One of its levels.",
    ),
    "parameters": told(
        "What the plan sets each run to: one row a run and setting.",
        "experiment run_name name value",
        name="Recipe key, such as learning_rate.",
        value="Its value, a number or text; true is 1.",
    ),
    "runs": told(
        "One row a run of the plan, with its status.",
        "experiment run_name model lora_rank batch_size type est_time status job_id started completed notes "
        "line",
    ),
    "evaluations": told(
        "One row an evaluation of the Status table.",
        "experiment run_name task epoch status job_id completed notes line",
    ),
    "status_events": told(
        "One row a status change that a commit tells of, or that a person made by hand.",
        "commit_id number place id author email experiment run task epoch from_status to_status job by "
        "evidence at committed forced overtaken by_hand",
        number="Place among those of its commit.",
        id="Id of the request; the same change on two branches has one id.",
    ),
    "commits": told(
        "One row a commit and experiment that it changed, but for those that only tell of statuses.",
        "commit_id experiment place at author email kind words details",
        kind="What it did: plan, amend, seal, edit, ...",
        words="What it did, in words.",
        details="More of that, as JSON.",
    ),
    "logs": told(
        "One row a log file that was read.",
        "path size mtime_ns inode metrics_ns reader_version fingerprint kept copy_of",
        path="Path of the log.",
        size="Bytes, as it was read.",
        mtime_ns="When it was written, in nanoseconds.",
        inode="Number of the file on its filesystem.",
        metrics_ns="When the metrics file beside it was written, in nanoseconds.",
        reader_version="Version of ckreg's reader that read it.",
        fingerprint="Hash of its content, by which a log that was moved is known.",
        kept="1 where the log was not seen, but its measurements are in prior-runs.jsonl.",
        copy_of="The log of which this is a copy.",
    ),
    "measurements": told(
        "One row a job seen in a log; what the log does not say is null.",
        "log_path segment job_id array_task experiment run_name framework kind recipe model lora_rank "
        "batch_size grad_accum packed max_seq_len dataset n_gpus gpu_type epochs steps_total steps_done "
        "seconds_per_step speed_method speed_spread samples_per_second tokens_per_second_per_gpu "
        "startup_seconds seen_seconds elapsed_seconds checkpoint_gib adapter_checkpoint_gib "
        "checkpoint_seconds peak_gpu_mem_gib mean_gpu_mem_gib total_gpu_mem_gib gpu_utilisation "
        "samples_total samples_done seconds_per_sample outcome outcome_evidence log_outcome "
        "log_outcome_evidence log_elapsed_seconds base_model draw",
        segment="Which job within the log, counted from 0.",
        array_task="Task of a job array.",
        framework="torchtune, hf_trainer, deepspeed, megatron, lightning, lm_eval, inspect_ai, vllm, ...",
        max_seq_len="Longest sequence, in tokens.",
        dataset="Dataset that it read.",
        speed_method="How the speed was found.",
        speed_spread="Robust standard deviation of a step's time, relative to seconds_per_step.",
        seen_seconds="Time that the log's bars account for, pauses included.",
        adapter_checkpoint_gib="Size of the adapters of one save.",
        checkpoint_seconds="Time of one save.",
        mean_gpu_mem_gib="GPU memory in use, on average.",
        total_gpu_mem_gib="GPU memory there is.",
        gpu_utilisation="Share of the time in which the GPU was busy, in percent.",
        samples_total="Samples of an evaluation, or of an epoch of training.",
        samples_done="Samples that were finished.",
        seconds_per_sample="Time of an evaluation by its finished samples.",
        log_outcome="How it ended by the log alone.",
        log_outcome_evidence="The words of the log that tell so.",
        log_elapsed_seconds="Wall time by the log alone.",
        base_model="Name of the model without what names its folder.",
        draw="A number by which some of very many are drawn.",
    ),
    "jobs": told(
        "One row a job that sacct told of.",
        "source scope cluster job_id state outcome exit_code elapsed_seconds time_limit_seconds submitted "
        "started ended max_rss_gib gpus gpu_type nodes",
        source="sacct itself, a file of its output, or prior-runs.jsonl.",
        scope="Folder of whose logs the source speaks; empty where it speaks of all.",
        cluster="Name of the cluster.",
        state="State, as sacct says.",
        time_limit_seconds="Time limit of the job.",
        started="When it started, as sacct says.",
        ended="When it ended, as sacct says.",
        max_rss_gib="Most main memory that was in use.",
        gpus="GPUs of the job.",
    ),
    "predictions": told(
        "What the plan estimated: one row a run or evaluation.",
        "experiment run_name task epoch median_seconds p90_seconds tier",
        task="Evaluation task; null for a training.",
    ),
    "results": told(
        "One row a value that an evaluation gave, as a file tells it.",
        "experiment run_name task epoch metric value stderr samples seed scorer outcome source source_kind "
        "at kept",
        value="The value.",
        stderr="Its standard error over samples, as the file reports it.",
        samples="Samples that it is over.",
        seed="Seed of the evaluation.",
        outcome="completed, failed, cancelled or incomplete, as the file says.",
        source="The file.",
        source_kind="What wrote it: inspect_ai, lm_eval, trainer_state or csv.",
        at="When the evaluation was made.",
        kept="1 where it was read from results.csv.",
    ),
    "result_summary": told(
        "One row a run, task, epoch and metric: the mean of its results, beside the base model's.",
        "experiment run_name task epoch metric scorer mean stderr n samples base difference",
        mean="Mean of the values.",
        stderr="Standard error: over the values where there are several, else over samples.",
        n="How many values there are.",
        samples="Samples that they are over.",
        base="The base model's mean.",
        difference="mean less base.",
    ),
    "texts": told(
        "What ckreg find looks through, for MATCH in the syntax of FTS5: one row a text, such as a note.",
        "experiment run_name kind path line commit_id text",
        kind="name, question, note, document, status, reason, commit, evidence or error.",
        path="Path of the document, from the registry's folder, or of the log.",
        line="Line of the document where it begins.",
        commit_id="The commit that says it.",
        text="The text, on one line.",
    ),
}
