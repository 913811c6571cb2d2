"""How many samples a packed row holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from ckreg.core.estimate.seed_table import PACKING
from ckreg.core.estimate.spread import of_range
from ckreg.core.estimate.tiers import rows_per_step
from ckreg.core.estimate.values import TrainingRequest, usable
from ckreg.core.measure.measurement import Measurement

_ALIKE = 1.05
# Of the same data the ratio is known but for the last batch; samples of other data are shorter or longer.
_SAME_DATA = 0.05
_PERHAPS_SAME_DATA = 0.2
_OTHER_DATA = 0.4


@dataclass(frozen=True, slots=True)
class Packing:
    """`sigma` is what the guess adds to the spread; `note` says why."""

    samples_per_row: float
    sigma: float
    note: str


class Ratios:
    """Samples per packed row of each run, among others that may tell of its dataset."""

    def __init__(self, priors: Iterable[Measurement]) -> None:
        twins: dict[str, list[float]] = {}
        for run in priors:
            if not run.packed and run.dataset and (rows := rows_per_epoch(run)):
                twins.setdefault(run.dataset, []).append(rows)
        # The last batch of an epoch may be cut off, so that equal datasets differ by a little; where they
        # differ by more, each took another part of it.
        self._samples = {
            dataset: median(rows) for dataset, rows in twins.items() if max(rows) <= min(rows) * _ALIKE
        }

    def samples(self, run: Measurement) -> float | None:
        """Samples of a packed run: those that its log counts, else those that unpacked twins took."""
        return run.samples_total or self._samples.get(run.dataset or "")

    def of(self, run: Measurement) -> float | None:
        """Samples of the run's dataset over the packed rows that one epoch of it went through."""
        rows, samples = rows_per_epoch(run), self.samples(run)
        ratio = samples / rows if rows and samples else None
        return ratio if ratio and ratio >= 1 and usable(ratio) else None  # below 1 the two saw different data


def packing(request: TrainingRequest, priors: Sequence[Measurement]) -> Packing:
    """The ratio of packed prior runs of the same dataset, else of any, else the seed's range."""
    ratios = Ratios(priors)
    known = [(run, ratio) for run in priors if run.packed and (ratio := ratios.of(run)) is not None]
    same = [ratio for run, ratio in known if request.dataset and run.dataset == request.dataset]
    found = same or [ratio for _, ratio in known]
    if not found:
        return _typical()
    ratio = median(found)
    what = "this dataset" if same else "other datasets" if request.dataset else "any dataset"
    sigma = _SAME_DATA if same else _OTHER_DATA if request.dataset else _PERHAPS_SAME_DATA
    note = f"{ratio:.2g} samples in a packed row (from {len(found)} packed prior runs of {what})"
    return Packing(ratio, sigma, note)


def _typical() -> Packing:
    guess = of_range(PACKING)
    note = (
        f"{guess.median:.2g} samples in a packed row (no packed prior run tells: "
        f"typically {PACKING.low:g} to {PACKING.high:g})"
    )
    return Packing(guess.median, guess.sigma, note)


def rows_per_epoch(run: Measurement) -> float | None:
    """Rows of the dataset, packed ones where it is packed, that one epoch of the run took."""
    gpus_known = run.n_gpus is not None or "distributed" not in (run.recipe or "")
    if not (run.steps_total and run.epochs and run.batch_size and gpus_known):
        return None
    return (
        run.steps_total / run.epochs * rows_per_step(run.batch_size, run.grad_accum) * max(1, run.n_gpus or 1)
    )
