from pathlib import Path

import pytest

from ckreg.core.measure import Measurement, read_log
from ckreg.core.measure.readers.hf_trainer.summary import NO_SUMMARY, read_summary
from tests.core.measure.logs import bar

LOGS = Path(__file__).parents[2] / "data" / "logs"
START = """[INFO|trainer.py:2078] 2024-06-02 02:15:51,803 >> ***** Running training *****
[INFO|trainer.py:2079] 2024-06-02 02:15:51,803 >>   Num examples = 10,000
[INFO|trainer.py:2080] 2024-06-02 02:15:51,803 >>   Num Epochs = 3
[INFO|trainer.py:2081] 2024-06-02 02:15:51,803 >>   Instantaneous batch size per device = 2
[INFO|trainer.py:2084] 2024-06-02 02:15:51,803 >>   Total train batch size (w. parallel, distributed & accumulation) = 32
[INFO|trainer.py:2085] 2024-06-02 02:15:51,803 >>   Gradient Accumulation steps = 4
[INFO|trainer.py:2086] 2024-06-02 02:15:51,803 >>   Total optimization steps = 930
"""  # noqa: E501  # as printed
END = (
    "{'train_runtime': 2790.0, 'train_samples_per_second': 10.667, 'train_steps_per_second': 0.333, "
    "'epoch': 3.0}\n"
)


def read(text: str | bytes) -> Measurement:
    (measured,) = read_log(text.encode() if isinstance(text, str) else text, log_path="x")
    assert (measured.framework, measured.kind) == ("hf_trainer", "finetune")
    return measured


def test_evaluations_nested_in_the_training_do_not_count() -> None:
    """A real run; 480 steps in 5.7677 s with three evaluations of 0.267 s together, says its summary."""
    measured = read((LOGS / "hf-eval-each-epoch.out").read_bytes())
    assert (measured.steps_done, measured.steps_total, measured.epochs) == (480, 480, 3)
    assert measured.outcome == "completed"
    assert measured.samples_per_second == 665.78
    assert measured.seconds_per_step == pytest.approx((5.7677 - 0.267) / 480, rel=0.02)


def test_a_crash_whose_bar_is_drawn_once_more_after_the_traceback() -> None:
    measured = read((LOGS / "hf-crash-midway.out").read_bytes())
    assert (measured.steps_done, measured.steps_total) == (150, 320)
    assert (measured.outcome, measured.outcome_evidence) == (
        "failed",
        "RuntimeError: CUDA error: simulated by the test script",
    )


def test_a_run_that_was_killed_just_stops() -> None:
    measured = read((LOGS / "hf-sigterm.out").read_bytes())
    assert (measured.steps_done, measured.steps_total, measured.outcome) == (105, 320, "incomplete")
    assert "105/320" in measured.outcome_evidence
    assert measured.seconds_per_step == pytest.approx(0.2438, rel=0.05)
    assert measured.speed_spread is not None


def test_the_announced_settings() -> None:
    measured = read(START + bar(range(1, 931), 930, 3.0) + "\n" + END)
    assert (measured.batch_size, measured.grad_accum, measured.n_gpus, measured.epochs) == (2, 4, 4, 3)
    assert (measured.steps_done, measured.steps_total) == (930, 930)
    assert measured.seconds_per_step == pytest.approx(3.0)


def test_without_a_bar_the_steps_follow_from_the_summary() -> None:
    measured = read(
        "{'loss': '5.1', 'epoch': '2'}\n" + END.replace("2790.0", "'2790'").replace("0.333", "'0.3333'")
    )
    assert (measured.steps_done, measured.steps_total) == (930, 930)
    assert measured.seconds_per_step == pytest.approx(3.0, rel=0.001)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("SFTConfig(\nper_device_train_batch_size=16,\n", "batch_size", 16),
        ("--per_device_train_batch_size 16 --learning_rate 1", "batch_size", 16),
        ("micro_batch_size: 16\n", "batch_size", 16),
        ('  "gradient_accumulation_steps": 8,', "grad_accum", 8),
        ("gradient_accumulation_steps=8, x", "grad_accum", 8),
        ("ModelArguments(use_peft=True, lora_r=64, x", "lora_rank", 64),
        ("ModelArguments(use_peft=False, lora_r=64, x", "lora_rank", None),
        ("finetuning_type: lora\nlora_rank: 8\n", "lora_rank", 8),
        ("packing=True, ", "packed", True),
        ("sample_packing: false\n", "packed", False),
        ("cutoff_len: 2048\n", "max_seq_len", 2048),
        ("model_name_or_path='org/Model-8B', x", "model", "org/Model-8B"),
        ("model_name_or_path: /data/models/Model-8B\n", "model", "Model-8B"),
        ("base_model: org/Model-8B\n", "model", "org/Model-8B"),
        (
            "loading configuration file /hub/models--org--Model-8B/snapshots/0ab/config.json\n",
            "model",
            "org/Model-8B",
        ),
        ("max_steps=1000,\n", "steps_total", 1000),
        ("max_steps=-1,\n", "steps_total", None),
        ("step=9, MaxMemAllocated=27.45GB\nMaxMemAllocated=20.1GB\n", "peak_gpu_mem_gib", 27.45),
        ("'memory/max_allocated (GiB)': 30.5, ", "peak_gpu_mem_gib", 30.5),
    ],
)
def test_settings_in_each_of_their_forms(text: str, field: str, value: object) -> None:
    measured = read(f"TrainingArguments(\n{text}\n{{'loss': 1.5, 'epoch': 0.1}}\n")
    assert getattr(measured, field) == value


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (END, "completed"),
        ("*** Training complete ***\n", "completed"),
        ("", "completed"),
        (
            END + "Traceback (most recent call last):\n  x\nOSError: [Errno 122] Disk quota exceeded\n",
            "failed",
        ),
        ("Traceback (most recent call last):\n  x\nOSError: hub\n" + END, "completed"),
        ("Traceback (most recent call last):\n  x\nOSError: hub\nFinished!!!\n", "failed"),
        (END + "slurmstepd: error: *** JOB 1 ON n CANCELLED AT 2025-08-21T20:11:13 ***\n", "cancelled"),
        (END + "slurmstepd: error: Detected 1 oom_kill event in StepId=1.batch.\n", "oom_host"),
    ],
)
def test_the_end_of_a_training_that_reached_its_last_step(end: str, outcome: str) -> None:
    assert read("trl/trainer/\n" + bar(range(1, 101), 100, 2.0) + "\n" + end).outcome == outcome


def test_two_trainings_in_one_file_are_two() -> None:
    first = (LOGS / "hf-crash-midway.out").read_bytes()
    second = (LOGS / "hf-tf4-unbuffered.out").read_bytes()
    crashed, complete = read_log(first + second, log_path="slurm-7.out")
    assert (crashed.segment, crashed.steps_done, crashed.outcome) == (0, 150, "failed")
    assert (complete.segment, complete.steps_done, complete.outcome) == (1, 320, "completed")


def test_two_trainings_whose_bars_alternate_are_told_apart_and_their_settings_are_not() -> None:
    one, other = (bar(range(1, 101), 100, 2.0).split("\r"), bar(range(1, 81), 80, 3.0).split("\r"))
    turns = "\r".join(part for pair in zip(one, other, strict=False) for part in pair)
    measured = read_log((START.replace("930", "100") + turns).encode(), log_path="x")
    assert len(measured) in {1, 2}
    measured = read_log(("trainable params: 1\nlora_r: 8\n" + turns).encode(), log_path="x")
    assert [(each.steps_done, each.steps_total, each.lora_rank) for each in measured] == [
        (80, 100, None),
        (80, 80, None),
    ]


def test_the_table_of_metrics_tells_where_the_dictionary_does_not() -> None:
    # As `trainer.log_metrics("train", ...)` prints it.
    text = (
        b"***** train metrics *****\n"
        b"  epoch                    =        3.0\n"
        b"  train_loss               =     1.2345\n"
        b"  train_runtime            = 1:02:03.50\n"
        b"  train_samples_per_second =      2.685\n"
    )
    found = read_summary(text)
    assert (found.train_runtime, found.samples_per_second) == (3723.5, 2.685)
    assert read_summary(b"train_runtime is told nowhere") == NO_SUMMARY
