"""A batch that ran out of memory, what compares, and prior runs that contradict each other."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.estimate import TrainingRequest, batch_size
from ckreg.core.measure.measurement import Measurement, Outcome
from tests.core.estimate.runs import trained

REQUEST = TrainingRequest("Llama-3.2-1B-Instruct", gpu_memory_gib=80)
LORA, FULL = "lora_finetune_single_device", "full_finetune_single_device"


def failed(batch: int, **facts: object) -> Measurement:
    return trained(**({"log_path": "slurm-9.out", "batch_size": batch, "outcome": Outcome.OOM_GPU} | facts))


@pytest.mark.parametrize("batch", [1, 2, 4, 8, 11])
def test_never_at_or_above_what_ran_out_of_memory(batch: int) -> None:
    # the rule says floor(4 x 80/20 x 0.7) = 11
    found = batch_size(REQUEST, [trained(peak_gpu_mem_gib=20.0), failed(batch)])
    assert found.batch_size == max(1, batch - 1)
    assert f"but {batch} ran out of GPU memory in slurm-9.out" in found.calculation
    assert [run.log_path for run in found.basis] == ["slurm-1.out", "slurm-9.out"]


def test_a_failure_above_the_answer_changes_nothing() -> None:
    assert batch_size(REQUEST, [trained(peak_gpu_mem_gib=20.0), failed(12)]).batch_size == 11


def test_the_table_and_the_line_are_held_below_it_too() -> None:
    found = batch_size(REQUEST, [failed(3)])  # the table says 4
    assert (found.batch_size, found.preliminary) == (2, True)
    line = [trained(peak_gpu_mem_gib=20.0), trained(batch_size=8, peak_gpu_mem_gib=30.0)]
    assert batch_size(REQUEST, [*line, failed(16)]).batch_size == 15  # the line says 24


def test_out_of_memory_with_one_row_says_what_to_do() -> None:
    found = batch_size(REQUEST, [failed(1, job_id="77")])
    assert found.batch_size == 1
    for way in ("(job 77)", "more memory", "shorter sequences", "activation checkpointing", "QLoRA"):
        assert way in (found.advice or "")


def test_a_batch_of_one_that_is_more_than_the_gpu_has() -> None:
    # 60 GiB with one row, on a GPU of 40
    found = batch_size(replace(REQUEST, gpu_memory_gib=40), [trained(batch_size=1, peak_gpu_mem_gib=60.0)])
    assert found.batch_size == 1
    assert "batch size 1 takes about 60 GiB, and the GPU has 40: no batch size fits" in (found.advice or "")


@pytest.mark.parametrize(
    ("facts", "batch"),
    [
        pytest.param({"packed": True}, 11, id="packed, and the request is not"),
        pytest.param({"packed": None}, 1, id="packing not known"),
        pytest.param({"recipe": FULL}, 11, id="full fine-tune, and the request is LoRA"),
        pytest.param({"recipe": LORA}, 1, id="the same method"),
        pytest.param({"recipe": None}, 1, id="method not known"),
        pytest.param({"gpu_type": "A100-40GB"}, 11, id="a smaller GPU by its name"),
        pytest.param({"total_gpu_mem_gib": 39.4}, 11, id="a smaller GPU by its metrics"),
        pytest.param(
            {"outcome_evidence": "GPU 0 has a total capacity of 39.39 GiB of which 2 MiB is free."},
            11,
            id="a smaller GPU by its message",
        ),
        pytest.param({"total_gpu_mem_gib": 79.2}, 1, id="a GPU sold as the same"),
        pytest.param({"gpu_type": "H200-141GB"}, 1, id="a larger GPU"),
        pytest.param({"gpu_type": "A100"}, 1, id="GPU memory not known"),
        pytest.param({"model": "Llama-3.2-3B-Instruct"}, 11, id="another model"),
        pytest.param({"max_seq_len": 8192}, 11, id="longer sequences than asked"),
        pytest.param({"max_seq_len": 512}, 1, id="shorter ones"),
    ],
)
def test_which_failures_count(facts: dict[str, object], batch: int) -> None:
    request = replace(REQUEST, recipe=LORA, max_seq_len=2048)
    prior = trained(recipe=LORA, max_seq_len=2048, peak_gpu_mem_gib=20.0)
    assert batch_size(request, [prior, failed(2, **facts)]).batch_size == batch


def test_runs_that_contradict_each_other_give_the_careful_answer_and_say_so() -> None:
    found = batch_size(REQUEST, [trained(batch_size=8, peak_gpu_mem_gib=20.0, run_name="r8"), failed(4)])
    assert found.batch_size == 3
    assert "contradict each other: r8 ran with 8, slurm-9.out ran out of GPU memory with 4" in (
        found.advice or ""
    )


def test_a_run_on_a_larger_gpu_contradicts_nothing() -> None:
    priors = [
        trained(batch_size=8, peak_gpu_mem_gib=50.0, total_gpu_mem_gib=79.2),
        failed(4, total_gpu_mem_gib=39.4),
    ]
    found = batch_size(replace(REQUEST, gpu_memory_gib=40), priors)
    assert found.batch_size == 3  # floor(8 x 40/50 x 0.7) = 4
    assert found.advice is None


@pytest.mark.parametrize("peak", [0.0, -3.0, math.nan, math.inf, None])
def test_a_peak_that_makes_no_sense_is_none(peak: float | None) -> None:
    assert batch_size(REQUEST, [trained(peak_gpu_mem_gib=peak)]).preliminary


@pytest.mark.parametrize("batch", [0, -4, None, 10**9])
def test_a_batch_that_makes_no_sense_is_none(batch: int | None) -> None:
    assert batch_size(REQUEST, [trained(batch_size=batch, peak_gpu_mem_gib=20.0)]).preliminary


def test_full_fine_tunes_are_no_model_for_lora() -> None:
    request = replace(REQUEST, recipe=LORA)
    assert batch_size(request, [trained(recipe=FULL, peak_gpu_mem_gib=20.0)]).preliminary
    assert not batch_size(
        request, [trained(recipe="lora_finetune_distributed", peak_gpu_mem_gib=20.0)]
    ).preliminary


def test_the_same_sequence_length_goes_first() -> None:
    short = trained(max_seq_len=512, peak_gpu_mem_gib=10.0)
    long = trained(max_seq_len=2048, peak_gpu_mem_gib=20.0)
    for asked, batch in ((512, 22), (2048, 11), (1024, 11), (None, 11)):
        assert batch_size(replace(REQUEST, max_seq_len=asked), [short, long]).batch_size == batch
    # 4,096 are twice as long as any: floor(4 x 80/20 x 0.7 / 2) = floor(5.6)
    found = batch_size(replace(REQUEST, max_seq_len=4096), [short, long])
    assert found.batch_size == 5
    assert "sequences 2 times as long" in found.calculation


def test_runs_of_as_many_gpus_go_first() -> None:
    one, eight = trained(n_gpus=1, peak_gpu_mem_gib=20.0), trained(n_gpus=8, peak_gpu_mem_gib=10.0)
    assert batch_size(REQUEST, [one, eight]).batch_size == 11
    assert batch_size(replace(REQUEST, gpus=8), [one, eight]).batch_size == 22


def test_the_gpus_memory_may_be_known_from_its_jobs() -> None:
    request = TrainingRequest("Llama-3.2-1B-Instruct", gpu_type="A100")
    prior = trained(gpu_type="A100", total_gpu_mem_gib=80.0, peak_gpu_mem_gib=20.0)
    assert batch_size(request, [prior]).batch_size == 11
    assert batch_size(replace(request, gpu_type="V100"), [prior]).preliminary


NUMBERS = st.none() | st.floats() | st.floats(0.1, 200)
BATCHES = st.none() | st.integers(-2, 40) | st.integers(-(10**20), 10**20)
RUNS = st.builds(
    trained,
    outcome=st.sampled_from(Outcome),
    recipe=st.none() | st.sampled_from([LORA, FULL]),
    packed=st.none() | st.booleans(),
    batch_size=BATCHES,
    grad_accum=BATCHES,
    n_gpus=BATCHES,
    lora_rank=BATCHES,
    max_seq_len=BATCHES,
    steps_done=BATCHES,
    gpu_type=st.none() | st.sampled_from(["A100", "A100-40GB", "00GB"]),
    total_gpu_mem_gib=NUMBERS,
    peak_gpu_mem_gib=NUMBERS,
)


@given(
    st.lists(RUNS, max_size=6),
    st.builds(
        TrainingRequest,
        st.just("Llama-3.2-1B-Instruct"),
        recipe=st.none() | st.sampled_from([LORA, FULL]),
        batch_size=st.none() | st.integers(1, 10**12),
        packed=st.booleans(),
        gpus=st.integers(1, 10**12),
        grad_accum=st.integers(1, 10**12),
        gpu_memory_gib=st.none() | st.floats(0.1, 1e6),
        max_seq_len=st.none() | st.integers(1, 10**12),
    ),
)
def test_any_runs_give_a_batch_below_every_failure_that_compares(
    priors: list[Measurement], request_: TrainingRequest
) -> None:
    found = batch_size(request_, priors)
    assert found.batch_size >= 1
    surely = [
        run.batch_size
        for run in priors
        if run.outcome == Outcome.OOM_GPU and run.recipe in {None, request_.recipe}
        if run.packed == request_.packed and run.gpu_type != "A100-40GB" and not run.total_gpu_mem_gib
        if run.batch_size and 1 <= run.batch_size <= 10**6 and not run.max_seq_len
    ]
    assert all(found.batch_size < max(2, batch) for batch in surely)
    if found.grad_accum and found.micro_batch_size:
        assert 1 <= found.micro_batch_size <= found.batch_size
        made = found.micro_batch_size * found.grad_accum * request_.gpus
        assert made == found.effective_batch_size


@given(st.lists(st.floats(0.5, 60), min_size=3, max_size=3), st.floats(10, 200))
def test_more_memory_never_fits_less(peaks: list[float], memory: float) -> None:
    priors = [
        trained(batch_size=rows, peak_gpu_mem_gib=peak) for rows, peak in zip((1, 2, 4), peaks, strict=True)
    ]
    asked = [replace(REQUEST, gpu_memory_gib=memory * factor) for factor in (1, 1.5, 2)]
    sizes = [batch_size(request, priors).batch_size for request in asked]
    assert all(less <= more for less, more in pairwise(sizes))
