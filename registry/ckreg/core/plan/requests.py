"""What is to be estimated of a plan: equal requests once, with the runs that they stand for."""

from collections.abc import Mapping
from dataclasses import replace

from ckreg.core.estimate.values import EvaluationRequest, TrainingRequest
from ckreg.core.plan.values import Plan, PlannedEvaluation
from ckreg.core.resources import DatasetFacts, Resources, ScriptFacts
from ckreg.core.settings import Settings
from ckreg.core.spec.crossing import Run
from ckreg.core.spec.values import Dataset

TrainingRequests = Mapping[TrainingRequest, tuple[str, ...]]
EvaluationRequests = Mapping[EvaluationRequest, tuple[PlannedEvaluation, ...]]


def training_requests(plan: Plan, resources: Resources, settings: Settings) -> TrainingRequests:
    """Every different request with the names of its runs; its `runs` is their number."""
    groups: dict[TrainingRequest, list[str]] = {}
    for run in plan.runs:
        groups.setdefault(training_request(run, resources, settings), []).append(run.name)
    return {replace(request, runs=len(names)): tuple(names) for request, names in groups.items()}


def training_request(run: Run, resources: Resources, settings: Settings) -> TrainingRequest:
    """One run as the estimate asks for it; samples are None where nobody has counted them."""
    accumulated, most = run.get("gradient_accumulation_steps"), run.get("max_steps_per_epoch")
    length = run.get("max_seq_len") or run.get("tokenizer.max_seq_len")
    return TrainingRequest(
        model=run.model,
        recipe=run.recipe,
        batch_size=run.batch_size,
        samples=_samples(run.dataset, "train", resources),
        epochs=run.epochs,
        lora_rank=run.lora_rank,
        packed=run.packed,
        gpus=run.gpus,
        gpu_type=settings.gpu_type,
        grad_accum=accumulated if isinstance(accumulated, int) and accumulated > 0 else 1,
        gpu_memory_gib=settings.gpu_memory_gib,
        validation=run.validation,
        validation_samples=_samples(run.dataset, "validation", resources) if run.validation else None,
        dataset=run.dataset.path,
        drop_last=run.get("drop_last") is True,
        max_steps_per_epoch=most if isinstance(most, int) and most > 0 else None,
        max_seq_len=length if isinstance(length, int) and length > 0 else None,
        adapter_only=run.get("save_adapter_weights_only") is True,
    )


def evaluation_requests(plan: Plan, resources: Resources, settings: Settings) -> EvaluationRequests:
    """Every different request with its evaluations; GPUs are the settings' own."""
    groups: dict[EvaluationRequest, list[PlannedEvaluation]] = {}
    datasets = {run.name: run.dataset for run in plan.runs}
    scripts = {script.task: script for script in resources.scripts}
    for planned in plan.evaluations:
        dataset = datasets.get(planned.run_name, plan.spec.datasets[0])
        tested = _on_test_split(scripts.get(planned.task), dataset)
        samples = _samples(dataset, "test", resources) if tested else None
        request = EvaluationRequest(planned.model, planned.task, samples, gpu_type=settings.gpu_type)
        groups.setdefault(request, []).append(planned)
    return {request: tuple(evaluations) for request, evaluations in groups.items()}


def _on_test_split(script: ScriptFacts | None, dataset: Dataset) -> bool:
    """A task that is not built in and names no other dataset runs on the test split of the experiment's."""
    return script is not None and not script.builtin and script.dataset in {None, dataset.path}


def _samples(dataset: Dataset, split: str, resources: Resources) -> int | None:
    rows = _rows(dataset, split, resources.datasets)
    if split != "train" or dataset.max_samples is None:
        return rows
    return dataset.max_samples if rows is None else min(rows, dataset.max_samples)


def _rows(dataset: Dataset, split: str, facts: tuple[DatasetFacts, ...]) -> int | None:
    found = next((found for found in facts if found.label == dataset.label), None)
    rows = next((part.rows for part in found.splits if part.name == split), None) if found else None
    return rows or None
