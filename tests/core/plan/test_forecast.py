"""Sums worked out by hand."""

from dataclasses import replace

import pytest

from ckreg.core.plan.forecast import prior_runs
from tests.core.plan.helpers import basis, planned, sheet, time


def test_gpu_hours_and_disk_are_sums_over_runs() -> None:
    training = {"recipe": "lora_finetune_distributed", "gpus": 2}
    forecast = sheet(planned(training=training)).forecast
    # 2 runs of 960 s on 2 GPUs each; the median of the sum lies 0.25 % above that of its parts
    assert forecast.training_gpu.median_hours == pytest.approx(2 * 2 * 960 / 3600, rel=0.003)
    assert forecast.training_gpu.p90_hours == pytest.approx(1.5875, rel=1e-3)
    assert (forecast.trainings, forecast.evaluations) == (2, 3)
    assert forecast.disk_gib == 12.0


def test_totals_have_their_90th_percentiles_in_the_json() -> None:
    assert sheet(planned(), basis()).forecast.as_json()["total"] == {
        "gpu_hours": 0.535,
        "gpu_hours_p90": 0.794,
        "evaluation_gpu_hours": 0.1,
        "evaluation_gpu_hours_p90": 0.148,
        "evaluation_seconds": 361.2,
        "evaluation_seconds_p90": 534.4,
        "disk_gib": 12.0,
    }


def test_every_run_and_evaluation_is_in_the_json() -> None:
    plan = planned(models=["A"])
    told = sheet(plan, basis()).forecast.as_json()
    assert told["fine_tuning"] == [
        {
            "run_name": run,
            "median_seconds": 960.0,
            "p90_seconds": 1440.0,
            "request": "0:25:00",
            "tier": "same setup",
            "preliminary": False,
            "basis": [
                {
                    "log_path": "/scratch/ck-out-happy-narwhal/slurm-12345.out",
                    "run_name": "happy-narwhal",
                    "job_id": "12345",
                }
            ],
            "batch_size": None,
            "checkpoint_gib": 2.5,
            "epochs_saved": 2,
        }
        for run in ("A_rank4", "A_rank64")
    ]
    evaluations = told["evaluations"]
    assert isinstance(evaluations, list)
    assert [(one["run_name"], one["epoch"]) for one in evaluations] == [
        ("A_rank4", "1"),
        ("A_rank64", "1"),
        ("A_base", None),
    ]


def test_prior_runs_are_named_once_in_the_order_of_their_logs() -> None:
    found = prior_runs([time(1, basis("/b"), basis("/a")), time(2, replace(basis("/b"), weight=0.4))])
    assert [run.log_path for run in found] == ["/a", "/b"]
