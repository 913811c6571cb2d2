"""An estimate over a cache of 100,000 measurements, in process."""

import random
import time
from pathlib import Path
from statistics import median

from generate import registry
from timing import Measure

from ckreg.adapters.cache import open_cache, row_of
from ckreg.adapters.tree import Home
from ckreg.core.estimate import TrainingRequest
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome
from ckreg.flows.caching import cache_path
from ckreg.flows.estimating import load_priors, training

MEASUREMENTS = 100_000
BUDGET_SECONDS = 0.05
ROUNDS = 7
_MODELS = (
    "Llama-3.2-1B-Instruct",
    "Llama-3.2-3B-Instruct",
    *(f"Model-{number}-{number}B" for number in range(1, 60)),
)
_RECIPE = "lora_finetune_single_device"


def measure(folder: Path) -> list[Measure]:
    """Seconds from asking to the answer, the reading of the cache included, but not the imports."""
    registry(folder, 1)
    home = Home(folder)
    _fill(home)
    request = TrainingRequest(_MODELS[0], _RECIPE, 4, 8000, 2, lora_rank=8, packed=True, gpu_memory_gib=80)
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        training(load_priors(home, index=False), request)
        times.append(time.perf_counter() - start)
    taken = median(times[1:])  # the first has the imports in it
    subject = f"estimate over {MEASUREMENTS:,} measurements"
    return [Measure(subject, taken, BUDGET_SECONDS, "s", {"estimate": taken, "the first": times[0]})]


def _fill(home: Home) -> None:
    draw = random.Random(1)  # noqa: S311  # made-up measurements
    with open_cache(cache_path(home)) as cache, cache.writing():
        cache.put("logs", ({"path": _path(number)} for number in range(MEASUREMENTS)))
        cache.put("measurements", (row_of(_measurement(number, draw)) for number in range(MEASUREMENTS)))


def _path(number: int) -> str:
    return f"/scratch/words_{number // 100}_2026-11-02/ck-out-run{number}/slurm-{number}.out"


def _measurement(number: int, draw: random.Random) -> Measurement:
    # Half of all runs are of the model that is asked for: the hardest to choose from.
    model = _MODELS[0] if number % 2 else draw.choice(_MODELS)
    return Measurement(
        log_path=_path(number),
        job_id=str(number),
        experiment=f"words_{number // 100}_2026-11-02",
        framework=Framework.TORCHTUNE,
        kind=Kind.FINETUNE if number % 5 else Kind.EVAL,
        recipe=_RECIPE,
        model=model,
        lora_rank=draw.choice([4, 8, 64]),
        batch_size=draw.choice([1, 2, 4, 8, 16]),
        packed=draw.random() < 0.5,  # noqa: PLR2004  # half of them
        dataset="words.json",
        n_gpus=1,
        epochs=2,
        steps_total=1000,
        steps_done=1000,
        seconds_per_step=draw.lognormvariate(-1, 0.3),
        startup_seconds=draw.uniform(20, 40),
        elapsed_seconds=draw.uniform(200, 800),
        checkpoint_gib=2.3,
        peak_gpu_mem_gib=draw.uniform(20, 40),
        outcome=Outcome.COMPLETED if number % 7 else Outcome.OOM_GPU,
    )
