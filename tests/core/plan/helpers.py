"""Estimates and resources made by hand, so that plans can be told without machine or cache."""

from dataclasses import replace
from datetime import UTC, date, datetime

from ckreg.core.disk_facts import DiskFacts
from ckreg.core.estimate.values import Basis, BatchSizeEstimate, DiskEstimate, Estimate, Tier, TimeEstimate
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.budget import Limits, budget_of, walls_of
from ckreg.core.plan.forecast import EvaluationForecast, Forecast, TrainingForecast
from ckreg.core.plan.requests import evaluation_requests, training_requests
from ckreg.core.plan.sheet import Sheet
from ckreg.core.resources import DatasetFacts, ModelFacts, Resources, ScriptFacts, Split
from ckreg.core.settings import Settings
from ckreg.core.spec import Spec
from tests.core.spec.helpers import read, sound

TODAY = date(2025, 10, 22)
NOW = datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC)
SPLITS = (Split("train", 8000), Split("validation", 1000), Split("test", 500))


def planned(**changes: object) -> Plan:
    return resolve(read(sound() | changes), TODAY)


def basis(log_path: str = "/scratch/ck-out-happy-narwhal/slurm-12345.out") -> Basis:
    return Basis(
        log_path=log_path,
        run_name="happy-narwhal",
        job_id="12345",
        model="Llama-3.2-1B-Instruct",
        lora_rank=4,
        batch_size=4,
        packed=True,
        seconds_per_step=0.25,
        samples_per_second=16.0,
        elapsed_seconds=960.0,
        checkpoint_gib=2.3,
        peak_gpu_mem_gib=30.0,
        outcome="completed",
    )


def time(seconds: float = 960.0, *bases: Basis) -> TimeEstimate:
    tier = Tier.SAME_SETUP if bases else Tier.TABLE
    return TimeEstimate(
        seconds, seconds * 1.5, "0:25:00", 0.1, 0.3, tier, not bases, bases, "inputs", "steps", "result"
    )


def estimate(seconds: float = 960.0, *bases: Basis) -> Estimate:
    return Estimate(
        time(seconds, *bases),
        DiskEstimate(2.5, 1, 2, 6.0, not bases, bases, "1 x 2 x 2.5 + 20%"),
        BatchSizeEstimate(4, not bases, bases, "floor(4 x (80/30) x 0.7) = 7"),
    )


def resources(spec: Spec, *, found: bool = True) -> Resources:
    return Resources(
        tuple(
            ModelFacts(model.name, f"/models/{model.name}", found, has_config=found, has_weights=found)
            for model in spec.models
        ),
        tuple(
            DatasetFacts(dataset.label, dataset.path, found, 655_000, SPLITS if found else ())
            for dataset in spec.datasets
        ),
        tuple(
            ScriptFacts(
                task.name,
                task.script,
                found,
                dataset=task.dataset,
                dataset_found=found if task.dataset else None,
            )
            for task in spec.evaluation.tasks
        ),
        DiskFacts("/scratch", 2150.0),
    )


def forecast_of(plan: Plan, *bases: Basis, found: bool = True) -> Forecast:
    facts, settings = resources(plan.spec, found=found), Settings()
    return Forecast(
        tuple(
            TrainingForecast(request, runs, estimate(960.0, *bases))
            for request, runs in training_requests(plan, facts, settings).items()
        ),
        tuple(
            EvaluationForecast(evaluations, time(120.0, *bases))
            for evaluations in evaluation_requests(plan, facts, settings).values()
        ),
    )


def sheet(plan: Plan, *bases: Basis, found: bool = True) -> Sheet:
    facts = resources(plan.spec, found=found)
    settings = Settings(models_dir="/models", scratch_dir="/scratch")
    forecast = forecast_of(plan, *bases, found=found)
    folder = f"/registry/experiments/{plan.name}"
    budget = replace(budget_of(forecast, Limits()), walls=walls_of(forecast, Limits(), None))
    return Sheet(plan, facts, forecast, settings, folder, NOW, budget=budget)
