"""Runs and their names, worked out by hand."""

from ckreg.core.spec.crossing import cross
from tests.core.spec.helpers import read, sound


def names(**changes: object) -> list[str]:
    return [run.name for run in cross(read(sound() | changes))]


def test_models_are_crossed_with_ranks() -> None:
    assert names(models=["A", "B"]) == ["A_rank4", "A_rank64", "B_rank4", "B_rank64"]


def test_factors_stand_in_spec_order_and_the_rank_last() -> None:
    variables = {"lora_rank": [4, 8], "lr": [1e-5, 3e-4], "packed": [True, False]}
    assert names(models=["A"], variables=variables)[:3] == [
        "A_lr1e-05_packedtrue_rank4",
        "A_lr1e-05_packedfalse_rank4",
        "A_lr0.0003_packedtrue_rank4",
    ]


def test_what_does_not_vary_is_not_in_the_name_but_the_rank_is() -> None:
    assert names(models=["A"], variables={"lora_rank": [16], "lr": [1e-5]}) == ["A_rank16"]


def test_labels_stand_for_datasets_and_texts() -> None:
    datasets = {"small": {"path": "/d", "max_samples": 500}, "full": {"path": "/d"}}
    prompts = {"short": "Do it.", "long": "Please do it."}
    assert names(models=["A"], dataset=datasets, variables={"system_prompt": prompts}) == [
        "A_datasetsmall_system_promptshort",
        "A_datasetsmall_system_promptlong",
        "A_datasetfull_system_promptshort",
        "A_datasetfull_system_promptlong",
    ]


def test_a_full_fine_tune_has_no_rank() -> None:
    assert names(models=["A"], variables={}, training={"recipe": "full_finetune_single_device"}) == ["A"]


def test_an_ablation_sets_what_its_variants_say() -> None:
    tree = sound() | {"design": "ablation", "variants": {"all": {}, "unpacked": {"packed": False}}}
    tree["models"], tree["variables"] = ["A"], None
    tree["training"] = {"recipe": "lora_finetune_single_device", "lora_rank": 8}
    runs = cross(read(tree))
    assert [(run.name, run.packed) for run in runs] == [("A_all_rank8", True), ("A_unpacked_rank8", False)]


def test_settings_may_differ_from_model_to_model() -> None:
    training = {"recipe": "lora_finetune_single_device", "batch_size": {"A": 4, "B": "auto"}}
    runs = cross(read(sound() | {"models": ["A", "B"], "variables": {}, "training": training}))
    assert [(run.model, run.batch_size) for run in runs] == [("A", 4), ("B", None)]


def test_alpha_is_twice_the_rank_unless_it_is_said() -> None:
    runs = cross(read(sound()))
    assert [run.lora_alpha for run in runs] == [8, 128]
    training = {"recipe": "lora_finetune_single_device", "lora_alpha": 16}
    assert [run.lora_alpha for run in cross(read(sound() | {"training": training}))] == [16, 16]
