"""Which runs are the same work, and what is said of them."""

from dataclasses import replace
from typing import Any

import pytest

from ckreg.core.likeness import Twin, identity, is_measured, logs_can_tell, notes_of
from ckreg.core.measure.measurement import Kind, Measurement, Outcome
from ckreg.core.spec.crossing import Run, cross
from tests.core.spec.helpers import read, sound

TRAINING = {"recipe": "lora_finetune_single_device", "epochs": 2, "batch_size": 4}


def run(**changes: object) -> Run:
    return cross(read(sound() | {"variables": {"lora_rank": [4]}, "training": TRAINING} | changes))[0]


def test_the_name_does_not_matter_and_alpha_counts_as_what_it_comes_to() -> None:
    varied = {"lora_rank": [4], "packed": [True, False]}
    assert run(variables=varied).name != run().name
    assert identity(run(variables=varied)) == identity(run())
    assert identity(run(training=TRAINING | {"lora_alpha": 8})) == identity(run())


@pytest.mark.parametrize(
    "changes",
    [
        {"training": TRAINING | {"epochs": 3}},
        {"training": TRAINING | {"lr": 0.0003}},
        {"training": TRAINING | {"lora_alpha": 16}},
        {"dataset": {"path": "/data/other.json"}},
        {"dataset": {"path": "/data/words.json", "max_samples": 10}},
        {"models": ["Other"]},
        {"variables": {"lora_rank": [8]}},
    ],
)
def test_whatever_differs_makes_it_other_work(changes: dict[str, object]) -> None:
    assert identity(run(**changes)) != identity(run())


MEASURED = Measurement(
    log_path="/scratch/slurm-1.out",
    kind=Kind.FINETUNE,
    recipe="lora_finetune_single_device",
    model="Llama-3.2-1B-Instruct",
    lora_rank=4,
    batch_size=4,
    packed=True,
    epochs=2,
    dataset="/data/words.json",
    outcome=Outcome.COMPLETED,
)


def test_a_completed_job_of_the_same_settings_was_the_run() -> None:
    assert is_measured(run(), MEASURED)
    assert is_measured(run(), replace(MEASURED, dataset="data/words.json", n_gpus=1, grad_accum=1))


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.TIMEOUT},
        {"kind": Kind.EVAL},
        {"epochs": 1},
        {"epochs": None},
        {"dataset": None},
        {"dataset": "/other/words.json"},
        {"packed": None},
        {"grad_accum": 2},
        {"n_gpus": 2},
    ],
)
def test_what_the_log_says_otherwise_or_not_at_all_was_not_the_run(changes: dict[str, Any]) -> None:
    assert not is_measured(run(), replace(MEASURED, **changes))


def test_logs_do_not_tell_a_learning_rate_or_a_prompt() -> None:
    assert logs_can_tell([run()])
    assert not logs_can_tell([run(training=TRAINING | {"lr": 0.0003})])
    assert not logs_can_tell([run(training=TRAINING | {"system_prompt": "Be brief."})])


def test_few_are_told_one_by_one_and_many_at_once() -> None:
    one = Twin("A_rank4", "A_r4", "old_2025-01-01", None, "completed")
    assert list(notes_of([one])) == [
        "A_rank4 is the same as A_r4 in experiment old_2025-01-01, completed; its results may serve."
    ]
    other = Twin("A_rank8", "A_rank8", "old_2025-01-01", "ada/ranks", None)
    assert list(notes_of([one, other]))[1] == (
        "A_rank8 is the same as A_rank8 in experiment old_2025-01-01 on branch ada/ranks, planned."
    )
    many = [one._replace(run=f"A_rank{rank}") for rank in (4, 8, 16, 32)]
    assert list(notes_of(many)) == [
        (
            "A_rank4, A_rank8, A_rank16 and 1 more are the same as runs in experiment old_2025-01-01, "
            "4 of 4 completed; their results may serve."
        )
    ]
    measured = Twin("A_rank4", "job 7", None, None, "completed", "/scratch/slurm-7.out")
    assert list(notes_of([measured])) == [
        (
            "A_rank4 is the same as job 7 of /scratch/slurm-7.out, as far as its log tells, completed; "
            "its results may serve."
        )
    ]
