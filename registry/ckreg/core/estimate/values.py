"""What is asked of an estimate, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ckreg.core.measure.measurement import Measurement
from ckreg.errors import UsageError

PRELIMINARY = "preliminary - verify with test run"
_MOST = 1e12


class Tier(StrEnum):
    """How near the prior runs are that an estimate rests on, nearest first."""

    SAME_SETUP = "same setup"
    SAME_MODEL = "same model"
    ACROSS = "across models"
    TRAINING_RATE = "training rate"
    TABLE = "seed table"

    @property
    def meaning(self) -> str:
        """The tier in words, for a plan or a screen."""
        return _MEANINGS[self]


_MEANINGS = {
    Tier.SAME_SETUP: "prior runs of the same model, recipe, batch size, packing, rank and GPU",
    Tier.SAME_MODEL: "prior runs of the same model and GPU, by samples per second",
    Tier.ACROSS: "prior runs of other models, GPUs or packing, scaled by model size",
    Tier.TRAINING_RATE: "prior fine-tuning runs of the model (inference is 2.5 times as fast)",
    Tier.TABLE: "typical ranges by model size",
}


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """A fine-tuning run to estimate.

    `batch_size` is per GPU and step; `samples` are those of the training split, before packing. `lora_rank`
    of `None` means any rank, `gpu_type` of `None` any GPU, `samples` of `None` that nobody has counted them.
    With `drop_last` an epoch's last batch is left out where it is not whole; `max_steps_per_epoch` ends an
    epoch early, as torchtune's setting of that name does.
    `adapter_only` is torchtune's `save_adapter_weights_only`: checkpoints without the model's weights.
    """

    model: str
    recipe: str | None = None
    batch_size: int | None = None
    samples: int | None = None
    epochs: int = 1
    lora_rank: int | None = None
    packed: bool = False
    gpus: int = 1
    gpu_type: str | None = None
    grad_accum: int = 1
    gpu_memory_gib: float | None = None
    validation: bool = False
    validation_samples: int | None = None
    dataset: str | None = None
    runs: int = 1
    epochs_saved: int | None = None
    drop_last: bool = False
    max_steps_per_epoch: int | None = None
    max_seq_len: int | None = None
    adapter_only: bool = False

    def __post_init__(self) -> None:
        """Refuse what nothing can be calculated from: text that is empty, numbers that are not positive."""
        _named("model", self.model)
        for name in _COUNTS:
            _positive(name, getattr(self, name))
        if self.epochs_saved:
            _positive("epochs_saved", self.epochs_saved)


_COUNTS = (
    "batch_size",
    "samples",
    "epochs",
    "lora_rank",
    "gpus",
    "grad_accum",
    "gpu_memory_gib",
    "validation_samples",
    "runs",
    "max_steps_per_epoch",
    "max_seq_len",
)


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """An evaluation to estimate; `samples` of `None` means that nobody has counted them."""

    model: str
    task: str | None = None
    samples: int | None = None
    gpus: int = 1
    gpu_type: str | None = None

    def __post_init__(self) -> None:
        """Refuse what nothing can be calculated from."""
        _named("model", self.model)
        _positive("samples", self.samples)
        _positive("gpus", self.gpus)


def _named(name: str, value: str) -> None:
    if not value.strip():
        raise UsageError(f"{name} is empty; give the model folder's name, such as Llama-3.2-1B-Instruct.")


def _positive(name: str, value: float | None) -> None:
    # Written so that NaN, which compares false with everything, is refused too.
    if value is not None and not 0 < value <= _MOST:
        raise UsageError(f"{name} is {value:g}; it has to be a number above 0 and at most {_MOST:g}.")


@dataclass(frozen=True, slots=True)
class Basis:
    """A prior run that an estimate rests on; what its log does not say is `None`.

    `weight` is its share in a speed that runs of several setups tell; the shares of all runs, those that are
    not named included, add up to 1, and one may be below 0.
    """

    log_path: str
    run_name: str | None
    job_id: str | None
    model: str | None
    lora_rank: int | None
    batch_size: int | None
    packed: bool | None
    seconds_per_step: float | None
    samples_per_second: float | None
    elapsed_seconds: float | None
    checkpoint_gib: float | None
    peak_gpu_mem_gib: float | None
    outcome: str
    weight: float | None = None
    adapter_checkpoint_gib: float | None = None
    max_seq_len: int | None = None


def basis_of(
    runs: Sequence[Measurement], weights: Mapping[Measurement, float] | None = None
) -> tuple[Basis, ...]:
    """Name the runs that a number rests on, in the order of their logs."""
    return tuple(
        Basis(
            log_path=run.log_path,
            run_name=run.run_name,
            job_id=run.job_id,
            model=run.model,
            lora_rank=run.lora_rank,
            batch_size=run.batch_size,
            packed=run.packed,
            seconds_per_step=run.seconds_per_step,
            samples_per_second=run.samples_per_second,
            elapsed_seconds=run.elapsed_seconds,
            checkpoint_gib=run.checkpoint_gib,
            peak_gpu_mem_gib=run.peak_gpu_mem_gib,
            outcome=str(run.outcome),
            weight=None if weights is None else round(weights.get(run, 0.0), 3),
            adapter_checkpoint_gib=run.adapter_checkpoint_gib,
            max_seq_len=run.max_seq_len,
        )
        for run in sorted(runs, key=lambda run: (run.log_path, run.segment))
    )


def usable(number: float | None) -> bool:
    """Whether a measured number can be calculated with: there, above zero, and of this world."""
    # Written so that NaN, which compares false with everything, is not.
    return number is not None and 1 / _MOST <= number <= _MOST


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """Wall time of one job in seconds, start-up included.

    `request` is what to ask Slurm for as `--time`: the 95th percentile rounded up to 5 minutes, `H:MM:SS`.
    `own_sigma` and `shared_sigma` are standard deviations of the logarithm: what is by chance in each run,
    and what is not known of all such runs alike (see `spread.Spread`).
    `inputs`, `calculation` and `result` are the lines of the design log.
    """

    median_seconds: float
    p90_seconds: float
    request: str
    own_sigma: float
    shared_sigma: float
    tier: Tier
    preliminary: bool
    basis: tuple[Basis, ...]
    inputs: str
    calculation: str
    result: str


@dataclass(frozen=True, slots=True)
class DiskEstimate:
    """Checkpoints of all runs in GiB (1024^3 bytes), with the 20 % that the formula adds.

    `files` is about how many files they are; `commands` are those that measured checkpoints on disk.
    """

    checkpoint_gib: float
    runs: int
    epochs_saved: int
    total_gib: float
    preliminary: bool
    basis: tuple[Basis, ...]
    calculation: str
    adapter_only: bool = False
    files: int = 0
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchSizeEstimate:
    """The largest batch size that is safe to begin with, per GPU and step.

    Where the request, or the prior runs, have a larger effective batch size than fits, `grad_accum` steps of
    `micro_batch_size` on each GPU hold it as `effective_batch_size`; else these are None. `advice` says what
    to do where nothing fits, where what is asked does not, or where prior runs contradict each other.
    """

    batch_size: int
    preliminary: bool
    basis: tuple[Basis, ...]
    calculation: str
    grad_accum: int | None = None
    effective_batch_size: int | None = None
    micro_batch_size: int | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """All that is estimated of one fine-tuning run; the tier and the basis are those of its time."""

    time: TimeEstimate
    disk: DiskEstimate
    batch_size: BatchSizeEstimate

    @property
    def tier(self) -> Tier:
        """How near the runs are that the time rests on."""
        return self.time.tier

    @property
    def preliminary(self) -> bool:
        """Whether the time rests on no prior run."""
        return self.time.preliminary

    @property
    def basis(self) -> tuple[Basis, ...]:
        """The runs that the time rests on."""
        return self.time.basis
