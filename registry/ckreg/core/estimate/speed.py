"""The speed of what is asked for, carried over from the runs that are nearest to it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ckreg.core.estimate.packing import Packing, Ratios
from ckreg.core.estimate.setups import (
    SECONDS_PER_SAMPLE,
    STARTUP_SECONDS,
    Setup,
    setup_of_request,
    setup_of_run,
)
from ckreg.core.estimate.spread import Spread
from ckreg.core.estimate.tiers import seconds_per_sample
from ckreg.core.estimate.values import TrainingRequest, usable
from ckreg.core.measure.measurement import Measurement

if TYPE_CHECKING:
    from ckreg.core.estimate.fitting import Observed

_MOST_GROUPS = 40
_DISAGREE = 1.5  # times the usual deviation


class Speed(NamedTuple):
    """Seconds per sample on each GPU, and the weight of each run that the number rests on.

    `fitted` unless a factor had to be assumed; `note` says which was.
    """

    spread: Spread
    weights: Mapping[Measurement, float]
    fitted: bool
    note: str


def carried_over(
    request: TrainingRequest, runs: Sequence[Measurement], packed: Packing, priors: Sequence[Measurement]
) -> Speed:
    """The speed of the runs, as it would be in the setup that is asked for."""
    from ckreg.core.estimate.fitting import fit  # noqa: PLC0415  # numpy's 80 ms, where there are prior runs

    target = setup_of_request(request)
    groups = _groups(target, runs)
    observed = tuple(_observed(request, groups, packed, Ratios(priors)))
    found = fit(SECONDS_PER_SAMPLE, target, observed)
    weights = {
        run: weight / len(group)
        for weight, group in zip(found.weights, groups.values(), strict=True)
        for run in group
    }
    assumed = _assumed(target, [each.setup for each in observed])
    notes = [f"seconds per sample ~ {' · '.join(found.slopes)} (fitted)"] if found.slopes else []
    notes += ["prior runs disagree"] if found.spread.own > _DISAGREE * SECONDS_PER_SAMPLE.own else []
    if target.gpu_type and not any(each.setup.gpu_type for each in observed):
        notes.append("no prior run tells on which GPU it ran")
    notes += [f"{assumed} (nothing to fit it from)"] if assumed else []
    return Speed(found.spread, weights, not assumed, "; ".join(notes))


def startup(target: Setup, priors: Sequence[Measurement]) -> Spread | None:
    """Seconds before a job's first step, as prior runs of any kind tell."""
    from ckreg.core.estimate.fitting import Observed, fit  # noqa: PLC0415  # as above

    told = [run for run in priors if run.startup_seconds is not None and usable(run.startup_seconds)]
    if not told:
        return None
    observed = [
        Observed(setup, occasion, tuple(math.log(max(1.0, run.startup_seconds or 0)) for run in runs))
        for (setup, occasion), runs in _groups(target, told).items()
    ]
    return fit(STARTUP_SECONDS, target, observed).spread


def _groups(target: Setup, runs: Sequence[Measurement]) -> Mapping[tuple[Setup, str], list[Measurement]]:
    """The runs by setup and experiment; where there are very many, those most like the target."""
    groups: dict[tuple[Setup, str], list[Measurement]] = {}
    for run in runs:
        groups.setdefault((setup_of_run(run), run.experiment or run.log_path.rpartition("/")[0]), []).append(
            run
        )

    def unlike(key: tuple[Setup, str]) -> tuple[bool, int, int]:
        differences = sum(one != other for one, other in zip(key[0], target, strict=True))
        return key[0].model != target.model, differences, -len(groups[key])

    return {key: groups[key] for key in sorted(groups, key=unlike)[:_MOST_GROUPS]}


def _observed(
    request: TrainingRequest,
    groups: Mapping[tuple[Setup, str], Sequence[Measurement]],
    packed: Packing,
    known: Ratios,
) -> "Iterator[Observed]":
    from ckreg.core.estimate.fitting import Observed  # noqa: PLC0415  # as above

    for (setup, occasion), runs in groups.items():
        ratios = [_ratio(request, run, packed, known) for run in runs]
        logs = [
            math.log((seconds_per_sample(run) or 1) / ratio)
            for run, (ratio, _) in zip(runs, ratios, strict=True)
        ]
        yield Observed(setup, occasion, tuple(logs), max(sigma for _, sigma in ratios))


def _ratio(request: TrainingRequest, run: Measurement, packed: Packing, known: Ratios) -> tuple[float, float]:
    """Samples in the run's rows, and how little is known of that.

    A run's own ratio, where it is known. A packed row of other data takes the same time but holds other
    samples: there, and where nothing is known, that of what is asked for.
    """
    if not run.packed:
        return 1.0, 0.0
    other_data = None not in {request.dataset, run.dataset} and request.dataset != run.dataset
    own = None if other_data and request.packed else known.of(run)
    return (own, 0.0) if own else (packed.samples_per_row, packed.sigma)


def _assumed(target: Setup, setups: Sequence[Setup]) -> str | None:
    """Which factor no run can tell: that of the model's size, or of the GPU."""
    here = [setup for setup in setups if target.gpu_type in {None, setup.gpu_type} or not setup.gpu_type]
    if any(setup.model == target.model for setup in here):
        return None
    gpus: dict[str, set[str]] = {}
    for setup in setups:
        gpus.setdefault(setup.model, set()).add(setup.gpu_type or "")
    if target.model in gpus:
        both = any({target.gpu_type, other} <= gpus[model] for model in gpus for other in gpus[target.model])
        return None if both else f"speed on {target.gpu_type} taken to be that on other GPUs"
    if len({setup.billions for setup in here}) > 1:
        return None
    return "speed scaled by the models' parameters"
