"""Estimates from the prior runs in the cache."""

from dataclasses import dataclass, replace

from ckreg.adapters.cache import known_roots, measurement_of, open_cache
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.core import estimate
from ckreg.core.estimate import DiskEstimate, Estimate, EvaluationRequest, TimeEstimate, TrainingRequest
from ckreg.core.measure.measurement import Kind, Measurement
from ckreg.flows.checkpoint_folders import checkpoint_folders
from ckreg.flows.indexing import index_logs, roots_of
from ckreg.flows.kept import import_prior_runs
from ckreg.flows.refreshing import cache_path


@dataclass(frozen=True, slots=True)
class Priors:
    """What was measured of the jobs whose logs were indexed."""

    measurements: tuple[Measurement, ...]

    @property
    def runs(self) -> int:
        """How many of them are fine-tunes or evaluations."""
        return sum(measured.kind in {Kind.FINETUNE, Kind.EVAL} for measured in self.measurements)


def load_priors(home: Home, *, index: bool = True) -> Priors:
    """All prior runs; with `index` their logs are looked at first, where anybody has said where they lie."""
    if index:
        settings = load_settings(home)
        # The scratch folder may be large: where people have named places, those are enough.
        roots = known_roots(home) or roots_of(home, settings.scratch_dir)
        if roots:
            index_logs(home, roots, settings.log_patterns)
    with open_cache(cache_path(home)) as cache:
        import_prior_runs(cache, home)
        rows = cache.rows("SELECT * FROM measurements ORDER BY log_path, segment")
    return Priors(tuple(measurement_of(row) for row in rows))


def training(priors: Priors, request: TrainingRequest) -> Estimate:
    """Time, disk and batch size of a fine-tuning run; where no batch size is asked for, the estimated one."""
    runs = priors.measurements
    batch = estimate.batch_size(request, runs)
    asked = request if request.batch_size else replace(request, batch_size=batch.batch_size)
    return Estimate(
        time=estimate.training_time(asked, runs),
        disk=_disk(asked, runs),
        batch_size=batch,
    )


def _disk(request: TrainingRequest, runs: tuple[Measurement, ...]) -> DiskEstimate:
    """Where no log says how large a checkpoint is, those that are still on disk are measured."""
    found = estimate.disk(request, runs)
    folders = checkpoint_folders(request, runs) if found.preliminary else ()
    return estimate.disk(request, runs, folders) if folders else found


def evaluation(priors: Priors, request: EvaluationRequest) -> TimeEstimate:
    """Time of one evaluation."""
    return estimate.evaluation_time(request, priors.measurements)
