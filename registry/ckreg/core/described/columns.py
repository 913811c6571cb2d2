"""What columns tell that many tables have, and how a table is described."""

from collections.abc import Mapping
from typing import NamedTuple


class Described(NamedTuple):
    """A table or view in a sentence, and each of its columns, in their order."""

    text: str
    columns: Mapping[str, str]


# What a column tells in most tables that have it; seconds and GiB (1024^3 bytes) as the names say.
USUAL = {
    "experiment": "Name of the experiment.",
    "run_name": "Name of the run.",
    "run": "Name of the run.",
    "task": "Evaluation task.",
    "epoch": "Epoch, counted from 0; best (1) is the best one and its number; null for a base model.",
    "type": "Fine-tuned, control or eval-only, as the plan has it.",
    "model": "Name of the base model.",
    "lora_rank": "Rank of the LoRA adapters; null for a full fine-tune.",
    "batch_size": "Samples a step on one GPU.",
    "status": "pending, running, completed or failed, as the document says.",
    "job_id": "Id of the job, as text.",
    "started": "When it started, local time.",
    "completed": "When it ended, local time.",
    "notes": "Notes of the row.",
    "line": "Line of the row in the document.",
    "est_time": "Estimated time as the plan writes it.",
    "metric": "Name of the measure, such as accuracy.",
    "scorer": "inspect-ai's scorer, lm-evaluation-harness' filter.",
    "recipe": "torchtune recipe, as tune ls names it.",
    "kind": "finetune, eval, inference or other.",
    "outcome": "How the job ended: completed, failed, timeout, oom_gpu, oom_host, cancelled, preempted, ...",
    "outcome_evidence": "The words that tell so, verbatim.",
    "evidence": "The words that tell so.",
    "elapsed_seconds": "Wall time of the job, start-up included.",
    "startup_seconds": "Time before the first step, by the scheduler's elapsed time.",
    "seconds_per_step": "Steady time of an optimiser step, without saves and validation.",
    "samples_per_second": "Samples a second, over all GPUs.",
    "tokens_per_second_per_gpu": "Tokens a second on one GPU.",
    "epochs": "Epochs of the job.",
    "steps_total": "Optimiser steps of the whole job.",
    "steps_done": "Optimiser steps that were made.",
    "peak_gpu_mem_gib": "Most GPU memory that was in use.",
    "checkpoint_gib": "Size of one checkpoint; null where only adapters were saved.",
    "grad_accum": "Batches whose gradients make a step.",
    "packed": "1 where several samples share a sequence.",
    "n_gpus": "GPUs of the job.",
    "gpu_type": "GPU, such as A100.",
    "log_path": "Path of the log.",
    "median_seconds": "Estimated time: half take longer.",
    "p90_seconds": "Estimated time: one of ten takes longer.",
    "tier": "What the estimate rests on, such as same setup or seed table.",
    "exit_code": "Exit code and signal, as sacct writes them.",
    "nodes": "Nodes that it ran on.",
    "submitted": "When it was submitted, as sacct says.",
    "commit_id": "The commit.",
    "author": "Name of the commit's author.",
    "email": "Address of the commit's author.",
    "place": "Place in the order of history, oldest first.",
    "at": "When it happened, with the UTC offset.",
    "committed": "When it was committed.",
    "from_status": "Status before.",
    "to_status": "Status after.",
    "job": "Id of the job that it is about.",
    "by": "Who or what said so: person, sacct, log or job.",
    "forced": "1 where --force made an unusual transition.",
    "overtaken": "The status that came too late: nothing changed.",
    "by_hand": "1 where a person edited the document, and no ckreg command.",
    "actual_seconds": "Time that it took: by the scheduler, else the log, else the document.",
    "actual_from": "Where that is from: scheduler, log or document.",
    "at_least": "1 where the job was stopped at its time limit: it would have taken longer.",
    "total": "How many there are.",
    "pending": "How many of them are pending.",
    "running": "How many are running.",
    "failed": "How many failed.",
}


def told(text: str, names: str, /, **others: str) -> Described:
    """Columns by name, in words that `others` has or that are usual."""
    return Described(text, {name: others.get(name) or USUAL[name] for name in names.split()})
