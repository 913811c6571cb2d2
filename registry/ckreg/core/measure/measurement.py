"""What one job's log says of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Framework(StrEnum):
    """The program that wrote the log."""

    TORCHTUNE = "torchtune"
    HF_TRAINER = "hf_trainer"
    DEEPSPEED = "deepspeed"
    MEGATRON = "megatron"
    LIGHTNING = "lightning"
    LM_EVAL = "lm_eval"
    INSPECT_AI = "inspect_ai"
    VLLM = "vllm"
    OTHER = "other"
    NONE = "none"


class Kind(StrEnum):
    """What the job did."""

    FINETUNE = "finetune"
    EVAL = "eval"
    INFERENCE = "inference"
    OTHER = "other"


class Outcome(StrEnum):
    """How the job ended, as far as the text or the scheduler tells."""

    COMPLETED = "completed"
    FAILED = "failed"
    TIMEOUT = "timeout"
    OOM_GPU = "oom_gpu"
    OOM_HOST = "oom_host"
    CANCELLED = "cancelled"
    PREEMPTED = "preempted"
    NODE_FAIL = "node_fail"
    REQUEUED = "requeued"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


class SpeedMethod(StrEnum):
    """Whence `seconds_per_step` comes, the best source first."""

    ELAPSED = "elapsed"  # differences of the bars' elapsed time over many steps
    RATES = "rates"  # single intervals, recovered from the bars' smoothed rates
    AVERAGE = "average"  # whole bars, the slow first steps included


class Verdict(NamedTuple):
    """An outcome with the text that proves it, verbatim; empty where nothing does."""

    outcome: Outcome
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One job seen in a log; what the log does not say is None, never guessed.

    Sizes are GiB (1024^3 bytes), times seconds. Steps are optimiser steps of the whole job, over all its
    epochs. `seconds_per_step` is the steady time after warm-up, without saves and validations.
    """

    log_path: str
    segment: int = 0
    job_id: str | None = None
    array_task: int | None = None
    experiment: str | None = None
    run_name: str | None = None
    framework: Framework = Framework.NONE
    kind: Kind = Kind.OTHER
    recipe: str | None = None
    model: str | None = None
    lora_rank: int | None = None
    batch_size: int | None = None
    grad_accum: int | None = None
    packed: bool | None = None
    max_seq_len: int | None = None
    dataset: str | None = None
    n_gpus: int | None = None
    gpu_type: str | None = None
    epochs: int | None = None
    steps_total: int | None = None
    steps_done: int | None = None
    seconds_per_step: float | None = None
    speed_method: SpeedMethod | None = None
    speed_spread: float | None = None
    """Robust standard deviation of the time of a step, relative to `seconds_per_step`."""
    samples_per_second: float | None = None
    tokens_per_second_per_gpu: float | None = None
    startup_seconds: float | None = None
    seen_seconds: float | None = None
    """Seconds that the bars account for, pauses included: start-up is sacct's elapsed time less these."""
    elapsed_seconds: float | None = None
    checkpoint_gib: float | None = None
    """Of the model's weights, or merged ones; None where only adapters were saved."""
    adapter_checkpoint_gib: float | None = None
    """Of the adapters' files of one save, which torchtune writes beside the model or alone."""
    checkpoint_seconds: float | None = None
    peak_gpu_mem_gib: float | None = None
    mean_gpu_mem_gib: float | None = None
    total_gpu_mem_gib: float | None = None
    gpu_utilisation: float | None = None
    """Mean share of the time in which the GPU was busy, in percent."""
    samples_total: int | None = None
    """Of an evaluation, or of one epoch of training where the log counts them."""
    samples_done: int | None = None
    seconds_per_sample: float | None = None
    """Of an evaluation: its time over the samples that it finished."""
    outcome: Outcome = Outcome.UNKNOWN
    outcome_evidence: str = ""
