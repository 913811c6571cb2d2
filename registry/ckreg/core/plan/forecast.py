"""What a plan will take: an estimate for every run and evaluation, and their sums."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypedDict

from ckreg.core.estimate.total import Part, Total, total
from ckreg.core.estimate.values import Basis, Estimate, TimeEstimate, TrainingRequest
from ckreg.core.plan.values import PlannedEvaluation
from ckreg.core.recipes import is_lora
from ckreg.core.units import gib


class TotalJson(TypedDict):
    """The sums of a plan: GPU-hours of training and of evaluation, evaluations one by one, disk."""

    gpu_hours: float
    gpu_hours_p90: float
    evaluation_gpu_hours: float
    evaluation_gpu_hours_p90: float
    evaluation_seconds: float
    evaluation_seconds_p90: float
    disk_gib: float


@dataclass(frozen=True, slots=True)
class TrainingForecast:
    """Runs that are alike, and the estimate of one of them (its disk is that of all)."""

    request: TrainingRequest
    runs: tuple[str, ...]
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class EvaluationForecast:
    """Evaluations that are alike, the estimate of one of them, and the GPUs of each."""

    evaluations: tuple[PlannedEvaluation, ...]
    estimate: TimeEstimate
    gpus: int = 1


@dataclass(frozen=True, slots=True)
class Forecast:
    """All estimates of a plan."""

    training: tuple[TrainingForecast, ...]
    evaluation: tuple[EvaluationForecast, ...]

    @property
    def gpu_hours(self) -> float:
        """GPU hours of all training, the median of the sum."""
        return self.training_gpu.median_hours

    @property
    def training_gpu(self) -> Total:
        """GPU-seconds of all training."""
        return total(self._training_parts())

    @property
    def evaluation_gpu(self) -> Total:
        """GPU-seconds of all evaluations."""
        return total(self._evaluation_parts())

    @property
    def gpu(self) -> Total:
        """GPU-seconds of training and evaluation together."""
        return total([*self._training_parts(), *self._evaluation_parts()])

    def _training_parts(self) -> Iterator[Part]:
        for group in self.training:
            yield Part(group.estimate.time, len(group.runs), group.request.gpus)

    def _evaluation_parts(self) -> Iterator[Part]:
        for group in self.evaluation:
            yield Part(group.estimate, len(group.evaluations), group.gpus)

    @property
    def disk_gib(self) -> float:
        """All checkpoints in GiB, with the buffer that the formula adds."""
        return sum(group.estimate.disk.total_gib for group in self.training)

    @property
    def checkpoint_files(self) -> int:
        """About how many files all checkpoints are."""
        return sum(group.estimate.disk.files for group in self.training)

    @property
    def ways_to_save_disk(self) -> tuple[str, ...]:
        """What of the plan can be changed to need less disk."""
        disks = [(group.request, group.estimate.disk) for group in self.training]
        last = sum(disk.total_gib * (1 - 1 / disk.epochs_saved) for _, disk in disks if disk.epochs_saved > 1)
        whole = any(is_lora(request.recipe) and not disk.adapter_only for request, disk in disks)
        fewer = [f"save fewer epochs (the last alone: {gib(last)} less)"] if last else []
        return (*fewer, *(["save adapters only (`save_adapter_weights_only: true`)"] if whole else []))

    @property
    def evaluation_time(self) -> Total:
        """All evaluations one after the other."""
        return total(Part(group.estimate, len(group.evaluations)) for group in self.evaluation)

    @property
    def trainings(self) -> int:
        """How many jobs train."""
        return sum(len(group.runs) for group in self.training)

    @property
    def evaluations(self) -> int:
        """How many jobs evaluate."""
        return sum(len(group.evaluations) for group in self.evaluation)

    @property
    def by_run(self) -> dict[str, TimeEstimate]:
        """The time of every fine-tuned run, by its name."""
        return {run: group.estimate.time for group in self.training for run in group.runs}

    def of_model(self, model: str) -> tuple[TrainingForecast, ...]:
        """The forecasts of a model's runs."""
        return tuple(group for group in self.training if group.request.model == model)

    @property
    def times(self) -> tuple[TimeEstimate, ...]:
        """Every estimate of time, of training and then of evaluation."""
        training = tuple(group.estimate.time for group in self.training)
        return (*training, *(group.estimate for group in self.evaluation))

    @property
    def preliminary(self) -> bool:
        """Whether any time rests on no prior run."""
        return any(time.preliminary for time in self.times)

    def as_json(self) -> dict[str, object]:
        """The forecast as `estimates.json` has it: for every run and evaluation what it rests on."""
        return {
            "fine_tuning": [
                {"run_name": run, **_time_json(group.estimate.time), **_disk_json(group)}
                for group in self.training
                for run in group.runs
            ],
            "evaluations": [
                {"run_name": one.run_name, "task": one.task, "epoch": one.epoch, **_time_json(group.estimate)}
                for group in self.evaluation
                for one in group.evaluations
            ],
            "total": self.total_json(),
        }

    def total_json(self) -> TotalJson:
        """The sums as `estimates.json` has them."""
        training, evaluation, one_by_one = self.training_gpu, self.evaluation_gpu, self.evaluation_time
        return {
            "gpu_hours": round(self.gpu_hours, 3),
            "gpu_hours_p90": round(training.p90_hours, 3),
            "evaluation_gpu_hours": round(evaluation.median_hours, 3),
            "evaluation_gpu_hours_p90": round(evaluation.p90_hours, 3),
            "evaluation_seconds": round(one_by_one.median_seconds, 1),
            "evaluation_seconds_p90": round(one_by_one.p90_seconds, 1),
            "disk_gib": round(self.disk_gib, 3),
        }


def _time_json(time: TimeEstimate) -> dict[str, object]:
    return {
        "median_seconds": time.median_seconds,
        "p90_seconds": time.p90_seconds,
        "request": time.request,
        "tier": str(time.tier),
        "preliminary": time.preliminary,
        "basis": [_basis_json(basis) for basis in time.basis],
    }


def _disk_json(group: TrainingForecast) -> dict[str, object]:
    disk = group.estimate.disk
    return {
        "batch_size": group.request.batch_size,
        "checkpoint_gib": disk.checkpoint_gib,
        "epochs_saved": disk.epochs_saved,
    }


def _basis_json(basis: Basis) -> dict[str, object]:
    return {"log_path": basis.log_path, "run_name": basis.run_name, "job_id": basis.job_id}


def prior_runs(times: Iterable[TimeEstimate]) -> tuple[Basis, ...]:
    """The prior runs that these estimates rest on, each once, in the order of their logs."""
    # What it weighs in one estimate or another is not what a run is.
    each = {replace(basis, weight=None) for basis in _bases(times)}
    return tuple(sorted(each, key=lambda basis: (basis.log_path, basis.job_id or "")))


def _bases(times: Iterable[TimeEstimate]) -> Iterator[Basis]:
    for time in times:
        yield from time.basis
