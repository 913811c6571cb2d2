"""Checkpoints of prior runs that are still on disk."""

import os
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.core.estimate import DiskEstimate, TrainingRequest, disk
from ckreg.core.measure.measurement import Measurement
from ckreg.flows.checkpoint_folders import checkpoint_folders
from ckreg.flows.estimating import load_priors, training
from ckreg.flows.indexing import index_logs
from tests.core.estimate.runs import trained
from tests.core.measure.test_torchtune import complete_log

MODEL = "Llama-3.2-1B-Instruct"


def prior(folder: Path, *names: str, **facts: object) -> Measurement:
    """A run whose log lies beside the checkpoint of its second epoch."""
    (folder / "epoch_1").mkdir(parents=True)
    for name in names:
        (folder / "epoch_1" / name).write_bytes(os.urandom(2 * 1024 * 1024))
    return trained(**({"log_path": f"{folder}/slurm-1.out"} | facts))


def test_they_are_measured_and_told_apart(tmp_path: Path) -> None:
    runs = [
        prior(tmp_path / "a", "model.safetensors", "adapter_model.pt"),
        prior(tmp_path / "b", "adapter_model.pt"),
        prior(tmp_path / "c"),
    ]
    found = checkpoint_folders(TrainingRequest(MODEL), runs)
    assert {(folder.adapter_only, round(folder.gib * 1024)) for folder in found} == {(False, 4), (True, 2)}
    estimated = disk(TrainingRequest(MODEL), runs, found)
    assert estimated.commands == (f"du -sk -- {tmp_path}/a/epoch_1",)


def test_they_are_measured_only_where_no_log_says_their_size(home: Home, tmp_path: Path) -> None:
    prior(tmp_path / "a", "model.safetensors")
    log = tmp_path / "a" / "slurm-1.out"
    log.write_text(complete_log())
    request = TrainingRequest(MODEL, "lora_finetune_single_device", 4, 100)

    def found() -> DiskEstimate:
        index_logs(home, [tmp_path / "a"], ("slurm-*.out",))
        return training(load_priors(home, index=False), request).disk

    assert (found().checkpoint_gib, found().commands) == (2.3, ())
    log.write_text(complete_log().replace("checkpoint of size", "checkpoint"))
    assert (found().preliminary, found().commands) == (False, (f"du -sk -- {tmp_path}/a/epoch_1",))


def test_a_handful_is_enough(tmp_path: Path) -> None:
    runs = [prior(tmp_path / str(number), "model.safetensors") for number in range(8)]
    assert len(checkpoint_folders(TrainingRequest(MODEL), runs)) == 5


def test_a_log_whose_place_is_not_known_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prior(tmp_path / "a", "model.safetensors")
    monkeypatch.chdir(tmp_path)
    kept = [
        trained(log_path="a/slurm-1.out"),
        trained(log_path="slurm-1.out"),
        trained(log_path="/gone/x.out"),
    ]
    assert checkpoint_folders(TrainingRequest(MODEL), kept) == ()
