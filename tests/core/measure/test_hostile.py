"""Whatever the bytes are: an answer, never an exception, in time that grows with the length only."""

import time
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckreg.core.measure import Measurement, read_log

LOGS = Path(__file__).parents[2] / "data" / "logs"
REAL = [path.read_bytes() for path in sorted(LOGS.glob("*.out"))]
PIECES = [
    b"|1|Loss: 1.0: 1%|#| 1/2 [00:01<00:01, 1.00s/it]",
    b"1|2|Loss: nan: 100%|##| 2/2 [00:00<00:00, ?it/s]",
    b"\r  0%|          | 0/0 [00:00<?, ?it/s]",
    b"INFO:torchtune.utils.logging:Running XRecipe with resolved config:\n\n",
    b"epochs: 99999999999999999\nbatch_size: -1\ndataset:\n- a\n- b\nmodel: &a [*a]\n\n",
    b"Checkpoint saved in 1.5 seconds.\n",
    b"Model checkpoint of size 1.0 GiB saved to /x/hf_model_0001_0.pt\n",
    b"Traceback (most recent call last):\n",
    b"*** JOB 1 ON n CANCELLED AT 2025 DUE TO TIME LIMIT ***",
    b"\x1b[A",
    b"\0\xff\xfe",
    b"99:99:99",
    b"{'loss': nan, 'learning_rate': 1e-5, 'epoch': 1e999}\n",
    b"{'train_runtime': '0', 'train_samples_per_second': 1e9, 'train_steps_per_second': '9e99', 'epoch': 2}",
    b"***** Running training *****\n  Num Epochs = ,,,\n  Total optimization steps = 0\n",
    b"\r 50%|#| 1/2 [00:01<00:01, 1.00s/it]",
    b"\r100%|#| 9/0 [999:99:99<?, 0.00it/s]",
    b" iteration 0/ 0 | elapsed time per iteration (ms): 0 | global batch size: 0",
    b"[2025-13-99 99:99:99,999] [INFO] [Rank 0] step=0, skipped=0",
    b"[Step 0/0] Loss: nan\n",
    b"\nEpoch 0:  50%|#| 1/2 [00:01<00:01, 1.00s/it, v_num=1]",
    b"max_epochs: 0\naccumulate_grad_batches: 0\nlora_r=99999999999999999999\n",
    b"Sender: LSF System\nSubject: Job 1: <x>\n# LSBATCH: User input\nExited with exit code 1.\n",
    b"\n0: 1: ",
    b"1|1|Loss: 1: 1%|#| 1/1 [::::<, 0.00it/s]",
    b"1|1|Loss: 1: 1%|#| 0/1 [0:00:00<0, 1.1.1s/it]",
]


def check(data: bytes) -> None:
    measured = read_log(data, log_path="slurm-1.out")
    assert measured
    for each in measured:
        assert each.outcome_evidence in data.decode(errors="replace")
        assert each.seconds_per_step is None or each.seconds_per_step > 0
        assert each.steps_done is None or each.steps_done >= 0


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=40))
@settings(deadline=None, max_examples=300)
def test_any_mixture_of_pieces(pieces: list[bytes]) -> None:
    check(b"".join(pieces))


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_mutations_of_real_logs(data: st.DataObject) -> None:
    log = data.draw(st.sampled_from(REAL))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(log)))
        end = data.draw(st.integers(start, min(len(log), start + 3000)))
        again = st.just(log[end : end + 500])
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8), again))
        log = log[:start] + piece + log[end:]
    check(log)


@given(st.binary(max_size=300), st.text(max_size=50))
@settings(deadline=None)
def test_any_bytes_under_any_path(data: bytes, path: str) -> None:
    assert all(each.log_path == path for each in read_log(data, log_path=path))


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        b"|",
        b"1",
        b"|1",
        b"|1|Loss: ",
        b"|1|Loss: a|b",
        b"1|1|Loss: 1: 1%|#| ",
        b"\r  0%|",
        b" with resolved config:",
        b"a with resolved config:\n|Loss: ",
        b"Traceback (most recent call last)",
        b"Traceback (most recent call last):\n  x\n",
        b"*** JOB 1 ON ",
        b"*** JOB 1 ON n CANCELLED AT 1 DUE TO ",
        b"error: oom_kill CUDA out of memory ",
        b"Model checkpoint of size 1 GiB saved to /a\n",
        b"tokens_per_second_per_gpu:",
        b" [00:00<it/s 1/2",
        b"1/2 [a",
        b"a: command not found ",
        b"line 1: 1 Killed",
        b"\n- a",
        b"a:\n ",
        b"\x1b[",
        b"\r",
        b"\n",
        b"1|1|Loss: 1: 1%|#| 1/1 [00:00<00:00, 1.00it/s]",
    ],
)
def test_time_is_linear(unit: bytes) -> None:
    seed = b"torchtune.utils Running XRecipe with resolved config:\n\n"

    def seconds(size: int) -> float:
        data = seed + unit * (size // len(unit))
        best = 60.0
        for _ in range(2):
            start = time.perf_counter()
            read_log(data, log_path="x")
            best = min(best, time.perf_counter() - start)
        return best

    # Ten times the bytes may take ten times as long; forty leaves room for a busy machine, not for a square.
    assert seconds(300_000) < 40 * seconds(30_000) + 0.1


SEEDS = {
    "hf_trainer": b"***** Running training *****\n",
    "deepspeed": b"[deepspeed\n",
    "megatron": b"- end of arguments -\nusing world size: \n",
    "lightning": b"[NeMo \n",
    "bars": b"it/s\n",
    "plain": b"x\n",
}
OTHER_UNITS = [
    b"{'loss': 1, 'epoch': 1}\n",
    b"0/9 [00:00<?, ?it/s]",
    b"\r 1%|#| 1/9 [00:01<00:01, 1.00s/it]",
    b"\r 1%|#| 1/9 [00:01<00:01, 1.00s/it]\r 1%|#| 1/7 [00:01<00:01, 1.00s/it]",
    b" [1:11",
    b" iteration ",
    b"\nEpoch 0:  1%|#| 1/9 [00:01<00:01, 1.00s/it, v_num=1]",
    b"*** JOB 1 ON n CANCELLED AT 1 ***\n",
    b"Root Cause (first observed failure):",
    b"Sender: LSF System\n",
    b"Traceback (most recent call last):\n",
    b"training ",
    b"lora_r=",
    b"Step 1 | loss | time=1s\n",
    b"[real_accelerator.py:",
    b"[pid:1][pid:2]",
    b"\n0: ",
    b"\x1b]8;;",
    b"State: RUNNING\n",
    b"3|4|Loss: 1: 1%|#| 4/9 [00:01<00:01, 1.00s/it]\r9|9|Loss: 1: 1%|#| 9/9 [00:01<00:01, 1.00s/it]\r",
    b"exits successfully[real_accelerator.py:",
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("unit", OTHER_UNITS)
def test_time_is_linear_for_every_reader(seed: str, unit: bytes) -> None:
    def seconds(size: int) -> float:
        start = time.perf_counter()
        read_log(SEEDS[seed] + unit * (size // len(unit)), log_path="x")
        return time.perf_counter() - start

    assert seconds(300_000) < 40 * seconds(30_000) + 0.2


def test_a_line_of_ten_megabytes() -> None:
    (measured,) = read_log(b"x" * 10_000_000 + b" torchtune.utils", log_path="x")
    assert measured.framework == "torchtune"


def test_an_empty_log_says_nothing() -> None:
    (measured,) = read_log(b"", log_path="/logs/slurm-5.out")
    assert (measured.framework, measured.outcome, measured.outcome_evidence) == ("none", "unknown", "")
    known = {"log_path", "segment", "job_id", "framework", "kind", "outcome", "outcome_evidence"}
    rest = {field.name for field in fields(Measurement)} - known
    assert {name for name in rest if getattr(measured, name) is not None} == set()
