"""What of a run decides its speed, and what a difference in it is expected to do."""

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from ckreg.core.estimate.seed_table import billions
from ckreg.core.estimate.values import TrainingRequest
from ckreg.core.measure.measurement import Measurement
from ckreg.core.recipes import is_lora

_CHECKPOINT = re.compile(r"(?:_rank\d+)?(?:_epoch_\d+)?$")


class Setup(NamedTuple):
    """A run's setup as far as its speed depends on it; what is not known is `None`.

    `batch_size` is per GPU and forward pass; `full` tells training of all weights from that of adapters.
    """

    model: str
    billions: float | None
    batch_size: int | None
    lora_rank: int | None
    packed: bool
    gpus: int
    full: bool | None
    recipe: str | None
    gpu_type: str | None
    dataset: str | None


class Slope(NamedTuple):
    """A number on which the logarithm of a quantity depends: quantity ~ exp(slope x number).

    `expected` and `sigma` are what is held of the slope before any run speaks. Where the number is itself a
    logarithm the slope is a power; `words` writes it: `batch size^-0.15`, `0.90 if packed`.
    """

    words: str
    of: Callable[[Setup], float | None]
    expected: float
    sigma: float

    def told(self, slope: float) -> str:
        """A fitted slope in words."""
        return self.words.format(slope=slope, factor=math.exp(slope))


class Kinship(NamedTuple):
    """A name on which a quantity depends: `sigma` is by how much two names differ, on the log scale.

    `unsized` is the same where the size of one of the models is not known.
    """

    name: str
    of: Callable[[Setup], str | None]
    sigma: float
    unsized: float


class Quantity(NamedTuple):
    """What is held of a measured quantity before any run speaks; deviations are on the log scale.

    `own` is that of identical runs on one occasion, `occasion` that between days, nodes and neighbours.
    """

    own: float
    occasion: float
    slopes: tuple[Slope, ...]
    kinships: tuple[Kinship, ...]


def _log(number: float | None) -> float | None:
    return math.log(number) if number else None


def _parameters(expected: float, sigma: float) -> Slope:
    return Slope("parameters^{slope:.2f}", lambda setup: _log(setup.billions), expected, sigma)


def _model(sigma: float, unsized: float) -> Kinship:
    return Kinship("model", lambda setup: setup.model, sigma, unsized)


def _gpu(sigma: float) -> Kinship:
    return Kinship("GPU", lambda setup: setup.gpu_type, sigma, sigma)


def _recipe(sigma: float) -> Kinship:
    return Kinship("recipe", lambda setup: setup.recipe, sigma, sigma)


def _dataset(sigma: float) -> Kinship:
    return Kinship("dataset", lambda setup: None if setup.packed else setup.dataset, sigma, sigma)


SECONDS_PER_SAMPLE = Quantity(
    own=0.1,
    occasion=0.15,
    # A transformer's work on a token is proportional to its parameters (Kaplan et al. 2020, "Scaling Laws for
    # Neural Language Models", section 2.1). Samples per second are taken to be the same at any batch size,
    # rank or number of GPUs until runs show otherwise; a doubled batch changes them by a seventh or so.
    # Packed rows have no padding, of which unpacked batches are a tenth or more.
    slopes=(
        _parameters(1.0, 0.25),
        Slope("batch size^{slope:.2f}", lambda setup: _log(setup.batch_size), 0.0, 0.2),
        Slope("LoRA rank^{slope:.2f}", lambda setup: _log(setup.lora_rank), 0.0, 0.05),
        Slope("GPUs^{slope:.2f}", lambda setup: _log(setup.gpus), 0.0, 0.1),
        Slope("{factor:.2f} if packed", lambda setup: float(setup.packed), -0.1, 0.3),
        Slope(
            "{factor:.2f} if all weights are trained",
            lambda setup: None if setup.full is None else float(setup.full),
            0.0,
            0.3,
        ),
    ),
    # Models of one size differ by a quarter, GPUs by a factor of two, datasets by their samples' length.
    kinships=(_model(0.25, 1.0), _gpu(0.7), _recipe(0.15), _dataset(0.4)),
)

STARTUP_SECONDS = Quantity(
    own=0.15,
    occasion=0.15,
    # Imports take the same time for any model, its weights take theirs.
    slopes=(_parameters(0.2, 0.2),),
    kinships=(_model(0.1, 0.3), _gpu(0.2), _recipe(0.2), _dataset(0.2)),
)


def setup_of_run(run: Measurement) -> Setup:
    """The setup that a log tells."""
    return Setup(
        model=base_name(run.model or ""),
        billions=billions(run.model or ""),
        batch_size=_count(run.batch_size),
        lora_rank=_count(run.lora_rank),
        packed=bool(run.packed),
        gpus=max(1, run.n_gpus or 1),
        full=None if run.recipe is None else not is_lora(run.recipe),
        recipe=run.recipe,
        gpu_type=run.gpu_type.casefold() if run.gpu_type else None,
        dataset=_last_name(run.dataset),
    )


def setup_of_request(request: TrainingRequest) -> Setup:
    """The setup that is asked for."""
    return Setup(
        model=base_name(request.model),
        billions=billions(request.model),
        batch_size=request.batch_size,
        lora_rank=request.lora_rank,
        packed=request.packed,
        gpus=request.gpus,
        full=None if request.recipe is None else not is_lora(request.recipe),
        recipe=request.recipe,
        gpu_type=request.gpu_type.casefold() if request.gpu_type else None,
        dataset=_last_name(request.dataset),
    )


@lru_cache(maxsize=4096)
def base_name(model: str) -> str:
    """A model's own name: `hf/Llama-3.2-1B_rank4_epoch_0` is a checkpoint of `llama-3.2-1b`."""
    return _CHECKPOINT.sub("", model.rpartition("/")[2]).casefold()


def _count(number: int | None) -> int | None:
    return number if number and number > 0 else None


def _last_name(path: str | None) -> str | None:
    """A dataset's own name: the same data lie at other paths for other people."""
    return path.rstrip("/").rpartition("/")[2] or None if path else None
