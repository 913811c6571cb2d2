"""What a plan would have asked of a job that is over: the request, from its measurement."""

import re
from collections.abc import Sequence
from statistics import median

from ckreg.core.estimate import EvaluationRequest, TrainingRequest
from ckreg.core.measure.measurement import Kind, Measurement

_SLICE = re.compile(r"\[(\d{1,12})?:(\d{1,12})\]")  # Hugging Face's `train[:1920]`
_ALIKE = 1.05


def training_asked(run: Measurement, others: Sequence[Measurement]) -> TrainingRequest | None:
    """The request of a fine-tune; `None` where its log does not say what a plan has to.

    Its times, speed and start-up are not looked at. The samples are the rows that one epoch went through;
    of a packed run those of its split where that is written, else those of unpacked runs of the same dataset.
    """
    rows = _rows_per_epoch(run)
    samples = _samples_before_packing(run, others) if run.packed else rows
    if not (run.model and run.model.strip() and run.batch_size and run.epochs and samples):
        return None
    return TrainingRequest(
        model=run.model,
        recipe=run.recipe,
        batch_size=run.batch_size,
        samples=round(samples),
        epochs=run.epochs,
        lora_rank=run.lora_rank or None,
        packed=bool(run.packed),
        gpus=run.n_gpus or 1,
        gpu_type=run.gpu_type,
        grad_accum=run.grad_accum or 1,
        dataset=run.dataset,
    )


def evaluation_asked(run: Measurement) -> EvaluationRequest | None:
    """The request of an evaluation; `None` where its log does not name the model."""
    if not (run.model and run.model.strip()):
        return None
    return EvaluationRequest(
        model=run.model,
        task=run.dataset,
        samples=run.samples_total or None,
        gpus=run.n_gpus or 1,
        gpu_type=run.gpu_type,
    )


def _rows_per_epoch(run: Measurement) -> float | None:
    """Rows of the dataset, packed ones where it is packed, that one epoch of the run took."""
    gpus_known = run.n_gpus or "distributed" not in (run.recipe or "")
    if not (run.steps_total and run.epochs and run.batch_size and gpus_known):
        return None
    return run.steps_total / run.epochs * run.batch_size * (run.grad_accum or 1) * (run.n_gpus or 1)


def _samples_before_packing(run: Measurement, others: Sequence[Measurement]) -> float | None:
    split = _SLICE.search(run.dataset or "")
    if split:
        return int(split[2]) - int(split[1] or 0)
    twins = [
        rows
        for other in others
        if run.dataset and other.dataset == run.dataset and not other.packed
        if other.kind is Kind.FINETUNE and (rows := _rows_per_epoch(other))
    ]
    return median(twins) if twins and max(twins) <= min(twins) * _ALIKE else None
