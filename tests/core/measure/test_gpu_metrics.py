"""What a job's `gpu_metrics.csv` says of its GPUs."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.measure.gpu_metrics import GpuUse, Window, gpu_use, span, with_gpu_metrics
from ckreg.core.measure.measurement import Measurement

HEADER = (
    "timestamp, utilization.gpu [%], utilization.memory [%], memory.used [MiB], memory.total [MiB], "
    "power.draw [W], temperature.gpu\n"
)


def row(at: str, used: str = "10240 MiB", busy: str = "90 %") -> str:
    return f"2025/10/22 {at}, {busy}, 45 %, {used}, 81920 MiB, 300.12 W, 55\n"


def window_of(first: str, last: str) -> Window:
    return datetime.fromisoformat(first), datetime.fromisoformat(last)


RUN = HEADER + row("14:00:00.100", "1024 MiB", "0 %") + row("14:00:30.100") + row("14:01:00.101", "20480 MiB")


def test_peak_and_means_are_of_the_samples() -> None:
    # (1 + 10 + 20) / 3 GiB; (0 + 90 + 90) / 3 %.
    assert gpu_use(RUN) == GpuUse(peak_gib=20, mean_gib=10.333, total_gib=80, utilisation=60)


def test_a_slice_of_a_gpu_that_cannot_be_measured_gives_nothing() -> None:
    mig = HEADER + "2025/10/22 14:00:00.100, [N/A], [N/A], [N/A], [N/A], 60.1 W, 40\n"
    assert gpu_use(mig) == GpuUse()
    part = HEADER + "2025/10/22 14:00:00.100, [N/A], [N/A], 512 MiB, 20096 MiB, [N/A], [Not Supported]\n"
    assert gpu_use(part) == GpuUse(peak_gib=0.5, mean_gib=0.5, total_gib=19.625)


def test_a_line_that_is_cut_is_left_out() -> None:
    assert gpu_use(RUN + row("14:01:30.100", "81919 MiB")[:-30]) == gpu_use(RUN)
    short = "memory.used [MiB]\n1024 MiB\n2048 MiB\n"
    assert gpu_use(short + "819").peak_gib == 2
    assert gpu_use(short + "4096 MiB").peak_gib == 4


def test_units_and_names_may_be_left_out_and_columns_come_in_any_order() -> None:
    bare = "".join(RUN.removeprefix(HEADER)).replace(" MiB", "").replace(" %", "").replace(" W", "")
    assert gpu_use(HEADER + bare) == gpu_use(RUN)
    assert gpu_use(RUN.removeprefix(HEADER)) == gpu_use(RUN)
    other = "name, memory.total [MiB], memory.used [MiB], index\nNVIDIA A100, 40960 MiB, 4096 MiB, 0\n"
    assert gpu_use(other) == GpuUse(peak_gib=4, mean_gib=4, total_gib=40, gpu_type="NVIDIA A100")
    assert gpu_use(RUN.replace("\n", "\r\n")) == gpu_use(RUN)
    assert gpu_use("\ufeff" + RUN) == gpu_use(RUN)


def test_memory_is_of_one_gpu_where_there_are_several() -> None:
    two = row("14:00:00.100", "20480 MiB") + row("14:00:00.103", "10240 MiB", "70 %")
    three = row("14:00:30.100", "20480 MiB") + row("14:00:30.103", "10240 MiB", "70 %")
    assert gpu_use(HEADER + two + three) == GpuUse(peak_gib=20, mean_gib=15, total_gib=80, utilisation=80)


def test_gpus_that_did_nothing_beside_a_busy_one_are_not_the_jobs() -> None:
    look = row("14:00:00.100", "20480 MiB") + row("14:00:00.103", "4 MiB", "0 %")
    assert gpu_use(HEADER + look + look.replace("14:00:00", "14:00:30")).mean_gib == 20
    named = "index, utilization.gpu [%], memory.used [MiB]\n0, 50 %, 2048 MiB\n1, 0 %, 3 MiB\n"
    assert gpu_use(named) == GpuUse(peak_gib=2, mean_gib=2, utilisation=50)


def test_a_window_keeps_another_jobs_samples_out() -> None:
    later = RUN.replace("2025/10/22 14", "2025/10/22 16").replace("20480", "40960")
    window = window_of("2025-10-22 13:59", "2025-10-22 14:02")
    assert gpu_use(RUN + later, window) == gpu_use(RUN)
    assert gpu_use(RUN + later).peak_gib == 40
    assert gpu_use(later, window) == GpuUse()


def test_the_span_is_from_the_first_sample_to_the_last() -> None:
    assert span(RUN) == window_of("2025-10-22 14:00:00.100", "2025-10-22 14:01:00.101")
    assert span("no table") is None


def test_the_logs_own_word_on_its_peak_stays() -> None:
    measured = with_gpu_metrics(Measurement(log_path="x", peak_gpu_mem_gib=12.5), RUN)
    assert (measured.peak_gpu_mem_gib, measured.mean_gpu_mem_gib) == (12.5, 10.333)
    assert (measured.total_gpu_mem_gib, measured.gpu_utilisation) == (80, 60)
    assert with_gpu_metrics(Measurement(log_path="x"), RUN).peak_gpu_mem_gib == 20
    assert with_gpu_metrics(measured, "") == Measurement(log_path="x", peak_gpu_mem_gib=12.5)


@pytest.mark.parametrize("text", ["", "\n", HEADER, "\0" * 50, ",,,,,,\n", "timestamp\n2025/99/99 1\n"])
def test_a_file_without_samples_says_nothing(text: str) -> None:
    assert gpu_use(text) == GpuUse()


CELLS = st.sampled_from(
    ["[N/A]", "1 MiB", "99 %", "", "ERR!", "2025/10/22 14:00:00.1", "2025-10-22T14:00:00Z", "1e9"]
)
LINES = st.one_of(st.just(HEADER.strip()), st.lists(CELLS, min_size=5, max_size=8).map(", ".join), st.text())


@given(st.lists(LINES).map("\n".join))
def test_whatever_stands_in_the_file_there_is_an_answer(text: str) -> None:
    use = gpu_use(text, window_of("2025-01-01", "2026-01-01"))
    assert use.peak_gib is None or use.mean_gib is not None
    span(text)
