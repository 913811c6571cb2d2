"""What a plan would have asked of a job that is over: the request, from its measurement."""

from collections.abc import Sequence

from ckreg.core.estimate import EvaluationRequest, TrainingRequest
from ckreg.core.estimate.packing import Ratios, rows_per_epoch
from ckreg.core.measure.measurement import Measurement


def training_asked(run: Measurement, others: Sequence[Measurement]) -> TrainingRequest | None:
    """The request of a fine-tune; `None` where its log does not say what a plan has to.

    Its times, speed and start-up are not looked at. The samples are the rows that one epoch went through; of
    a packed run those that its log counts, else those of unpacked runs of the same dataset.
    """
    samples = Ratios(others).samples(run) if run.packed else rows_per_epoch(run)
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
