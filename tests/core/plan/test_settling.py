"""What a spec leaves open is settled without touching what it says."""

from dataclasses import replace

from ckreg.core.plan.settling import (
    wanted_splits,
    with_batch_sizes,
    with_full_paths,
    with_model_paths,
)
from ckreg.core.spec.values import PerModel
from tests.core.plan.helpers import planned, resources
from tests.core.spec.helpers import read, sound
from tests.core.spec.test_checkpoints import alone


def test_one_batch_size_for_all_models_is_one_number() -> None:
    spec = with_batch_sizes(planned(models=["A", "B"]).spec, {"A": 4, "B": 4})
    assert dict(spec.training.settings)["batch_size"] == 4


def test_batch_sizes_that_are_said_stay() -> None:
    training = {"recipe": "lora_finetune_single_device", "batch_size": {"A": "auto", "B": 2}}
    spec = with_batch_sizes(planned(models=["A", "B"], training=training).spec, {"A": 4})
    assert dict(spec.training.settings)["batch_size"] == PerModel((("A", 4), ("B", 2)))


def test_paths_are_made_whole_but_built_in_tasks_are_none() -> None:
    tasks = [{"name": "a", "script": "a.py", "dataset": "d"}, {"name": "b", "script": "inspect_evals/b"}]
    spec = with_full_paths(
        planned(dataset={"path": "w.json"}, evaluation={"tasks": tasks}).spec, "/r/".__add__
    )
    assert spec.datasets[0].path == "/r/w.json"
    assert [(task.script, task.dataset) for task in spec.evaluation.tasks] == [
        ("/r/a.py", "/r/d"),
        ("inspect_evals/b", None),
    ]


def test_training_wants_a_split_and_validation_another() -> None:
    assert wanted_splits(read(sound())) == {None: None}
    validated = {"recipe": "lora_finetune_single_device", "validation": True}
    assert wanted_splits(read(sound() | {"training": validated})) == {None: ("train", "validation")}
    said = {"path": "/d", "splits": ["train", "test"]}
    assert wanted_splits(read(sound() | {"dataset": said})) == {None: ("train", "test")}
    assert wanted_splits(read(alone() | {"dataset": {"path": "/d"}})) == {None: ()}


def test_models_have_the_folder_in_which_they_were_looked_for() -> None:
    spec = planned(models=["A"]).spec
    assert with_model_paths(spec, resources(spec)).models[0].path == "/models/A"
    nowhere = resources(spec).models[0]
    unknown = replace(resources(spec), models=(replace(nowhere, path="A"),))
    assert with_model_paths(spec, unknown).models[0].path is None
