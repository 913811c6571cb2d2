"""What is asked of the estimate follows from the plan and from what was found."""

from ckreg.core.plan.requests import evaluation_requests, training_requests
from ckreg.core.settings import Settings
from tests.core.plan.helpers import planned, resources

SETTINGS = Settings(gpu_type="A100", gpu_memory_gib=80.0)


def test_runs_that_are_alike_are_estimated_once() -> None:
    plan = planned(variables={"lora_rank": [4, 64], "lr": [1e-5, 3e-4]})
    requests = training_requests(plan, resources(plan.spec), SETTINGS)
    assert [(request.lora_rank, request.runs, len(names)) for request, names in requests.items()] == [
        (4, 2, 2),
        (64, 2, 2),
    ]
    request = next(iter(requests))
    assert (request.samples, request.epochs, request.packed, request.gpu_type) == (8000, 2, True, "A100")
    assert request.recipe == "lora_finetune_single_device"


def test_max_samples_bounds_what_the_split_has() -> None:
    plan = planned(dataset={"path": "/d", "max_samples": 500})
    assert {request.samples for request in training_requests(plan, resources(plan.spec), SETTINGS)} == {500}


def test_a_dataset_that_is_missing_leaves_the_samples_unknown() -> None:
    plan = planned()
    missing = resources(plan.spec, found=False)
    assert {request.samples for request in training_requests(plan, missing, SETTINGS)} == {None}


def test_a_task_without_its_own_dataset_runs_on_the_test_split() -> None:
    tasks = [{"name": "cap", "script": "/cap.py"}, {"name": "own", "script": "/own.py", "dataset": "/o"}]
    plan = planned(evaluation={"tasks": tasks})
    requests = evaluation_requests(plan, resources(plan.spec), SETTINGS)
    assert {request.task: request.samples for request in requests} == {"cap": 500, "own": None}
    assert [len(evaluations) for evaluations in requests.values()] == [3, 3]
