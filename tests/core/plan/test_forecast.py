"""Sums worked out by hand."""

from ckreg.core.plan.forecast import prior_runs
from tests.core.plan.helpers import basis, planned, sheet, time


def test_gpu_hours_and_disk_are_sums_over_runs() -> None:
    training = {"recipe": "lora_finetune_distributed", "gpus": 2}
    forecast = sheet(planned(training=training)).forecast
    assert forecast.gpu_hours == 2 * 2 * 960 / 3600
    assert forecast.disk_gib == 12.0


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
    found = prior_runs([time(1, basis("/b"), basis("/a")), time(2, basis("/b"))])
    assert [run.log_path for run in found] == ["/a", "/b"]
