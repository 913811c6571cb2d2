"""Estimates from the prior runs in the cache."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ckreg.adapters.cache import all_measurements, completed_runs, measurements_near, open_cache
from ckreg.adapters.tree import Home
from ckreg.core.estimate import (
    Estimate,
    EvaluationRequest,
    TimeEstimate,
    TrainingRequest,
    disk,
    evaluation_time,
)
from ckreg.core.estimate import estimate as estimate_from
from ckreg.core.measure.measurement import Measurement
from ckreg.flows.caching import cache_path
from ckreg.flows.checkpoint_folders import checkpoint_folders
from ckreg.flows.indexing import index_known
from ckreg.flows.kept import import_prior_runs


@dataclass(frozen=True, slots=True)
class Priors:
    """What was measured of the jobs whose logs were indexed; read from the cache as it is asked for."""

    home: Home
    _near: dict[tuple[str, int | None], tuple[Measurement, ...]] = field(default_factory=dict, compare=False)

    def near(self, model: str, batch_size: int | None = None) -> tuple[Measurement, ...]:
        """The runs that an estimate for the model may rest on."""
        key = model, batch_size
        if key not in self._near:
            with open_cache(cache_path(self.home)) as cache:
                self._near[key] = measurements_near(cache, model, batch_size)
        return self._near[key]

    @property
    def runs(self) -> int:
        """How many fine-tunes and evaluations there are."""
        with open_cache(cache_path(self.home)) as cache:
            found = cache.rows("SELECT count(*) AS runs FROM measurements WHERE kind IN ('finetune', 'eval')")
        return int(str(found[0]["runs"]))

    @property
    def recipes(self) -> dict[str, int]:
        """How many measured jobs each recipe has."""
        with open_cache(cache_path(self.home)) as cache:
            rows = cache.rows(
                "SELECT recipe, count(*) AS jobs FROM measurements WHERE recipe > '' GROUP BY recipe"
            )
        return {str(row["recipe"]): int(str(row["jobs"])) for row in rows}

    def completed(self, setups: Iterable[tuple[str, int | None]]) -> tuple[Measurement, ...]:
        """The completed fine-tunes of these models with these batch sizes."""
        with open_cache(cache_path(self.home)) as cache:
            return completed_runs(cache, setups)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """All of them."""
        with open_cache(cache_path(self.home)) as cache:
            return all_measurements(cache)


def load_priors(home: Home, *, index: bool = True) -> Priors:
    """All prior runs; with `index` their logs are looked at first, where anybody has said where they lie."""
    if index:
        index_known(home)
    with open_cache(cache_path(home)) as cache:
        import_prior_runs(cache, home)
    return Priors(home)


def training(priors: Priors, request: TrainingRequest) -> Estimate:
    """Time, disk and batch size of a fine-tuning run; where no batch size is asked for, the estimated one."""
    runs = priors.near(request.model, request.batch_size)
    found = estimate_from(request, runs)
    # Where no log says how large a checkpoint is, those that are still on disk are measured.
    folders = checkpoint_folders(request, runs) if found.disk.preliminary else ()
    return replace(found, disk=disk(request, runs, folders)) if folders else found


def evaluation(priors: Priors, request: EvaluationRequest) -> TimeEstimate:
    """Time of one evaluation."""
    return evaluation_time(request, priors.near(request.model))
