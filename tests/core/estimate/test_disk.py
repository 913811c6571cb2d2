"""Disk worked by hand: runs x epochs saved x checkpoint + 20 %."""

import math

import pytest

from ckreg.core.estimate import TrainingRequest, disk
from ckreg.core.estimate.checkpoints import CheckpointFolder
from tests.core.estimate.runs import trained


def test_from_prior_checkpoints() -> None:
    # 4 runs x 2 epochs x 2.3 GiB = 18.4 GiB, + 20 % = 22.08.
    request = TrainingRequest("Llama-3.2-1B-Instruct", epochs=2, runs=4)
    found = disk(request, [trained(checkpoint_gib=2.3)])
    assert (found.checkpoint_gib, found.total_gib, found.preliminary) == (2.3, 22.08, False)
    assert [run.log_path for run in found.basis] == ["slurm-1.out"]


def test_only_the_epochs_that_are_saved_count() -> None:
    request = TrainingRequest("Llama-3.2-1B-Instruct", epochs=5, epochs_saved=1)
    assert disk(request, [trained(checkpoint_gib=2.0)]).total_gib == 2.4


@pytest.mark.parametrize(
    ("model", "checkpoint_gib"),
    [
        ("Llama-3.2-1B", 3),
        ("Llama-3.2-3B", 7),
        ("Llama-2-7b-hf", 20),
        ("mystery", 20),
        ("Llama-3.3-70B", 130.385),
    ],
)
def test_without_prior_runs_the_seeds_upper_end_or_two_bytes_a_parameter(
    model: str, checkpoint_gib: float
) -> None:
    found = disk(TrainingRequest(model), [])
    assert found.checkpoint_gib == checkpoint_gib
    assert found.preliminary


def test_a_size_printed_as_zero_is_below_a_hundredth() -> None:
    # torchtune prints GiB with two digits; an adapter of 0.12 MiB reads "0.00 GiB"
    found = disk(TrainingRequest("Tiny", epochs=2), [trained(model="Tiny", checkpoint_gib=0.0)])
    assert (found.checkpoint_gib, found.preliminary) == (0.005, False)


LORA = "lora_finetune_single_device"
MODEL = "Llama-3.2-1B-Instruct"


def test_adapters_and_whole_models_are_told_apart() -> None:
    whole = trained(checkpoint_gib=2.3, adapter_checkpoint_gib=0.16, lora_rank=64)
    alone = trained(log_path="slurm-2.out", adapter_checkpoint_gib=0.16, lora_rank=64)
    full = disk(TrainingRequest(MODEL, LORA, epochs=2, lora_rank=64), [whole, alone])
    # the 20 % cover adapters of a tenth of the model: 2 x 2.3 + 20 % = 5.52
    assert (full.checkpoint_gib, full.total_gib, full.adapter_only) == (2.3, 5.52, False)
    assert [run.log_path for run in full.basis] == ["slurm-1.out"]
    asked = TrainingRequest(MODEL, LORA, epochs=2, lora_rank=64, adapter_only=True)
    adapters = disk(asked, [whole, alone])
    # 2 x 0.16 + 20 % = 0.384
    assert (adapters.checkpoint_gib, adapters.total_gib, adapters.adapter_only) == (0.16, 0.384, True)
    assert (adapters.preliminary, len(adapters.basis)) == (False, 2)
    assert adapters.calculation == (
        "1 run × 2 epochs × 0.16 GiB (adapters only, 2 prior runs) + 20% = 0.38 GiB"
    )


def test_large_adapters_beside_a_model_count() -> None:
    # 2.3 + 0.72: more than the 20 % are for
    prior = trained(checkpoint_gib=2.3, adapter_checkpoint_gib=0.72)
    assert disk(TrainingRequest(MODEL, LORA), [prior]).checkpoint_gib == 3.02


def test_adapters_follow_their_rank() -> None:
    prior = trained(adapter_checkpoint_gib=0.16, lora_rank=16)
    asked = TrainingRequest(MODEL, LORA, lora_rank=64, adapter_only=True)
    assert disk(asked, [prior]).checkpoint_gib == 0.64  # four times the rank
    same = trained(adapter_checkpoint_gib=0.7, lora_rank=64)
    assert disk(asked, [prior, same]).checkpoint_gib == 0.7  # the same rank goes first
    # two digits are too few to scale with
    assert disk(asked, [trained(adapter_checkpoint_gib=0.01, lora_rank=8)]).checkpoint_gib == 0.01


def test_typical_adapters_are_a_share_of_the_model() -> None:
    # 3 GiB x 0.002 x 64
    asked = TrainingRequest(MODEL, LORA, lora_rank=64, adapter_only=True)
    found = disk(asked, [trained(checkpoint_gib=2.3)])
    assert (found.checkpoint_gib, found.preliminary) == (0.384, True)
    assert disk(TrainingRequest(MODEL, LORA, lora_rank=10**6, adapter_only=True), []).checkpoint_gib == 3


def test_a_full_fine_tune_has_no_adapters_to_save_alone() -> None:
    asked = TrainingRequest(MODEL, "full_finetune_single_device", adapter_only=True)
    found = disk(asked, [trained(checkpoint_gib=2.3)])
    assert (found.checkpoint_gib, found.adapter_only) == (2.3, False)


def test_an_odd_size_does_not_move_the_median() -> None:
    priors = [trained(checkpoint_gib=size) for size in (2.3, 2.3, 2.3, 40.0)]
    assert disk(TrainingRequest(MODEL), priors).checkpoint_gib == 2.3


@pytest.mark.parametrize("size", [math.nan, math.inf, -1.0])
def test_a_size_that_makes_no_sense_is_none(size: float) -> None:
    assert disk(TrainingRequest(MODEL), [trained(checkpoint_gib=size)]).preliminary
    asked = TrainingRequest(MODEL, LORA, adapter_only=True)
    assert disk(asked, [trained(adapter_checkpoint_gib=size)]).preliminary


def test_other_models_tell_nothing() -> None:
    assert disk(TrainingRequest(MODEL), [trained(model="Llama-3.2-3B", checkpoint_gib=6.0)]).preliminary


def test_folders_count_where_logs_say_nothing() -> None:
    run = trained()
    folders = [
        CheckpointFolder(run, 2.5, adapter_only=False, command="du -sk -- /a"),
        CheckpointFolder(run, 0.2, adapter_only=True, command="du -sk -- /b"),
    ]
    found = disk(TrainingRequest(MODEL), [run], folders)
    assert (found.checkpoint_gib, found.preliminary, found.commands) == (2.5, False, ("du -sk -- /a",))
    assert "(1 checkpoint folder)" in found.calculation
    assert disk(TrainingRequest(MODEL, LORA, adapter_only=True), [run], folders).checkpoint_gib == 0.2
    logged = disk(TrainingRequest(MODEL), [trained(checkpoint_gib=2.3)], folders)
    assert (logged.checkpoint_gib, logged.commands) == (2.3, ())


def test_the_number_of_files_goes_with_the_checkpoints() -> None:
    # 20 and a shard of 5 GB: 4 runs x 2 epochs x 21
    assert disk(TrainingRequest(MODEL, epochs=2, runs=4), [trained(checkpoint_gib=2.3)]).files == 168
