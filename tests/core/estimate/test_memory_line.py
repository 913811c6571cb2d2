"""Lines worked by hand: peak = base + per_row x batch size."""

import pytest

from ckreg.core.estimate import TrainingRequest, batch_size
from ckreg.core.estimate.memory_line import Line, fit
from tests.core.estimate.runs import trained

REQUEST = TrainingRequest("Llama-3.2-1B-Instruct", gpu_memory_gib=80)


def test_two_batch_sizes_make_a_line() -> None:
    # (30 - 20) / (8 - 4) = 2.5 a row, 20 - 4 x 2.5 = 10
    assert fit([(4, 20.0), (8, 30.0)]) == Line(10.0, 2.5)


@pytest.mark.parametrize("odd", [5.0, 70.0])
@pytest.mark.parametrize("place", range(4))
def test_one_odd_run_of_four_does_not_bend_it(place: int, odd: float) -> None:
    points = [(2, 15.0), (4, 20.0), (8, 30.0), (16, 50.0)]
    points[place] = (points[place][0], odd)
    line = fit(points)
    assert line is not None
    assert line.per_row == pytest.approx(2.5)
    assert line.base == pytest.approx(10.0)


def test_of_several_runs_of_a_batch_size_one_may_be_odd() -> None:
    assert fit([(4, 20.0), (4, 20.0), (4, 70.0), (8, 30.0)]) == Line(10.0, 2.5)


@pytest.mark.parametrize(
    "points", [[], [(4, 20.0)], [(4, 20.0), (4, 21.0)], [(4, 20.0), (8, 20.0)], [(4, 20.0), (8, 15.0)]]
)
def test_where_the_peak_does_not_rise_there_is_none(points: list[tuple[int, float]]) -> None:
    assert fit(points) is None


def test_nine_tenths_of_the_memory_are_filled() -> None:
    # peak = 10 + 2.5 x batch: (80 x 0.9 - 10) / 2.5 = 24.8
    found = batch_size(
        REQUEST, [trained(peak_gpu_mem_gib=20.0), trained(batch_size=8, peak_gpu_mem_gib=30.0)]
    )
    assert (found.batch_size, found.preliminary, len(found.basis)) == (24, False, 2)
    assert found.calculation == (
        "peak = 10 + 2.5 × batch_size GiB (2 prior runs of 2 batch sizes), floor((80 × 0.9 - 10) / 2.5) = 24"
    )


def test_no_further_than_four_times_what_was_measured() -> None:
    # peak = 11.9 + 0.1 x batch, by which 601 would fit
    found = batch_size(
        REQUEST, [trained(batch_size=1, peak_gpu_mem_gib=12.0), trained(batch_size=2, peak_gpu_mem_gib=12.1)]
    )
    assert found.batch_size == 8
    assert "no more than 4 × the largest measured: 8" in found.calculation


def test_a_flat_or_falling_peak_leaves_the_rule() -> None:
    # floor(8 x 80/20 x 0.7) = floor(22.4)
    priors = [trained(peak_gpu_mem_gib=20.0), trained(batch_size=8, peak_gpu_mem_gib=20.0)]
    found = batch_size(REQUEST, priors)
    assert found.batch_size == 22
    assert found.calculation.startswith("floor(8 × (80/20 GiB) × 0.7)")


def test_runs_of_the_asked_rank_make_the_line_where_they_can() -> None:
    low = [trained(lora_rank=8, batch_size=rows, peak_gpu_mem_gib=10 + 2.5 * rows) for rows in (4, 8)]
    high = [trained(lora_rank=64, batch_size=rows, peak_gpu_mem_gib=22 + 2.5 * rows) for rows in (4, 8)]
    asked = TrainingRequest("Llama-3.2-1B-Instruct", gpu_memory_gib=80, lora_rank=64)
    # (72 - 22) / 2.5 = 20
    assert batch_size(asked, [*low, *high]).batch_size == 20
    # one run of the rank makes no line: those of the other rank do, (72 - 10) / 2.5 = 24.8, or all three
    assert batch_size(asked, [*low, high[0]]).calculation.startswith("peak = ")


def test_packed_runs_make_no_line_for_unpacked_ones() -> None:
    priors = [trained(packed=True, batch_size=rows, peak_gpu_mem_gib=10.0 * rows) for rows in (1, 2, 4)]
    assert batch_size(REQUEST, priors).preliminary


def test_longer_sequences_take_more_a_row() -> None:
    priors = [trained(max_seq_len=1024, batch_size=rows, peak_gpu_mem_gib=10 + 2.5 * rows) for rows in (4, 8)]
    asked = TrainingRequest("Llama-3.2-1B-Instruct", gpu_memory_gib=80, max_seq_len=2048)
    # peak = 10 + 5 x batch: (72 - 10) / 5 = 12.4
    assert batch_size(asked, priors).batch_size == 12
