"""Whatever logs say and people ask, an estimate is a finite number above zero, or an error for people."""

import contextlib
import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.estimate import (
    EvaluationRequest,
    TrainingRequest,
    batch_size,
    disk,
    evaluation_time,
    training_time,
)
from ckreg.core.measure.measurement import Kind, Measurement, Outcome
from ckreg.errors import UsageError
from tests.core.estimate.runs import trained

MODELS = st.sampled_from(["M-1B", "M-3B", "M-70B", "mystery", "0B", "9999999999B"])
COUNTS = st.none() | st.integers(-2, 10**20)
NUMBERS = st.none() | st.floats()
RUNS = st.builds(
    trained,
    model=MODELS,
    kind=st.sampled_from(Kind),
    outcome=st.sampled_from(Outcome),
    packed=st.none() | st.booleans(),
    dataset=st.none() | st.sampled_from(["d", "e"]),
    samples_total=COUNTS,
    recipe=st.none() | st.sampled_from(["lora_finetune_single_device", "full_finetune_distributed"]),
    gpu_type=st.none() | st.sampled_from(["A100", "h100"]),
    experiment=st.none() | st.sampled_from(["x", "y"]),
    batch_size=COUNTS,
    grad_accum=COUNTS,
    n_gpus=COUNTS,
    epochs=COUNTS,
    steps_total=COUNTS,
    seconds_per_step=NUMBERS,
    samples_per_second=NUMBERS,
    startup_seconds=NUMBERS,
    elapsed_seconds=NUMBERS,
    checkpoint_gib=NUMBERS,
    checkpoint_seconds=NUMBERS,
    peak_gpu_mem_gib=NUMBERS,
)


@given(
    st.lists(RUNS, max_size=4),
    st.fixed_dictionaries(
        {
            "model": MODELS,
            "batch_size": COUNTS,
            "samples": COUNTS,
            "epochs": st.integers(-1, 10**13),
            "packed": st.booleans(),
            "validation": st.booleans(),
            "gpu_memory_gib": NUMBERS,
            "dataset": st.none() | st.just("d"),
        }
    ),
)
def test_any_runs_and_any_request(priors: list[Measurement], asked: dict[str, object]) -> None:
    with contextlib.suppress(UsageError):
        request = TrainingRequest(**asked)  # type: ignore[arg-type]  # that is the point
        time = training_time(request, priors)
        assert 0 < time.median_seconds <= time.p90_seconds < math.inf
        assert 0 < disk(request, priors).total_gib < math.inf
        assert batch_size(replace(request, packed=not request.packed), priors).batch_size >= 1


@given(st.lists(RUNS, max_size=4), MODELS, COUNTS)
def test_any_evaluations(priors: list[Measurement], model: str, samples: int | None) -> None:
    with contextlib.suppress(UsageError):
        time = evaluation_time(EvaluationRequest(model, "d", samples), priors)
        assert 0 < time.median_seconds <= time.p90_seconds < math.inf
