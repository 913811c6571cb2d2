"""What the document says of disk and batch size."""

from dataclasses import replace

import pytest

from ckreg.core.disk_facts import DiskFacts
from ckreg.core.plan.requests import training_requests
from ckreg.core.plan.sheet import Sheet
from ckreg.core.quota import Quota
from ckreg.core.settings import Settings
from tests.core.plan.helpers import basis, planned, resources, sheet


def on(disk: DiskFacts) -> Sheet:
    """A plan of 12 GiB."""
    made = sheet(planned(), basis())
    return replace(made, resources=replace(made.resources, disk=disk))


def quota(left: float) -> Quota:
    return Quota("/scratch", left, 500.0, None, "it covers scratch_dir")


@pytest.mark.parametrize(
    ("disk", "available"),
    [
        (DiskFacts("/scratch", 2150.0), "2,150 GiB ✓"),
        (DiskFacts("/scratch", 2150.0, quota=quota(82.0)), "82 GiB ✓ (quota of /scratch; 2,150 GiB free)"),
        (
            DiskFacts("/scratch", 2150.0, quota=quota(8.0)),
            "8.0 GiB ✗ not enough (quota of /scratch; 2,150 GiB free)",
        ),
        (
            DiskFacts("/scratch", 11.0, quota=quota(82.0)),
            "11 GiB ✗ not enough (free; the quota of /scratch leaves 82 GiB)",
        ),
        (DiskFacts(None, None), "not known"),
    ],
)
def test_available_is_the_smaller_of_free_space_and_quota(disk: DiskFacts, available: str) -> None:
    assert on(disk).available == available


def test_too_little_is_a_note_with_what_to_do() -> None:
    (note,) = [note for note in on(DiskFacts("/scratch", 11.0)).notes if note.startswith("Disk space: ")]
    # two runs, each with 6 GiB of two epochs
    assert "save fewer epochs (the last alone: 6.0 GiB less)" in note
    assert "save adapters only (`save_adapter_weights_only: true`)" in note
    assert not [note for note in on(DiskFacts("/scratch", 2150.0)).notes if "Disk" in note]


def test_too_few_inodes_are_too_little() -> None:
    made = on(DiskFacts("/scratch", 2150.0, free_files=10))
    group = made.forecast.training[0]
    disk = replace(group.estimate.disk, files=42)
    told = replace(group, estimate=replace(group.estimate, disk=disk))
    made = replace(made, forecast=replace(made.forecast, training=(told,)))
    assert made.available == "2,150 GiB ✗ not enough"
    assert any("room for 10 files free and the plan needs about 42" in note for note in made.notes)


def test_a_batch_size_that_does_not_fit_is_a_note() -> None:
    made = sheet(planned(), basis())
    group = made.forecast.training[0]
    batch = replace(group.estimate.batch_size, advice="batch size 8 is more than is safe")
    told = replace(group, estimate=replace(group.estimate, batch_size=batch))
    made = replace(made, forecast=replace(made.forecast, training=(told, told)))
    wanted = "Batch size of Llama-3.2-1B-Instruct: batch size 8 is more than is safe."
    assert made.notes.count(wanted) == 1


def test_the_spec_says_adapters_alone_and_the_sequence_length() -> None:
    training = {
        "recipe": "lora_finetune_single_device",
        "save_adapter_weights_only": True,
        "tokenizer.max_seq_len": 2048,
    }
    plan = planned(training=training)
    for request in training_requests(plan, resources(plan.spec), Settings()):
        assert (request.adapter_only, request.max_seq_len) == (True, 2048)
    plan = planned()
    for request in training_requests(plan, resources(plan.spec), Settings()):
        assert (request.adapter_only, request.max_seq_len) == (False, None)
