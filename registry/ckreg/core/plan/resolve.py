"""From a spec to its plan: everything crossed, named and counted."""

from dataclasses import replace
from datetime import date

from ckreg.core import naming
from ckreg.core.plan.evaluations import evaluations_of, matrix_of
from ckreg.core.plan.values import Control, Plan
from ckreg.core.spec.crossing import Run, cross, is_excluded, level_text
from ckreg.core.spec.values import Checkpoint, Spec
from ckreg.core.summary.values import Factor


def resolve(spec: Spec, today: date) -> Plan:
    """The plan of a spec; `today` is the date of one that has none."""
    day = spec.date or today
    spec = replace(spec, date=day)
    runs = cross(spec)
    named = ((naming.control_name(model.name), model.name) for model in spec.models if spec.base_models)
    controls = tuple(Control(name, model) for name, model in named if not is_excluded(spec, name))
    evaluated: tuple[Run | Control | Checkpoint, ...] = (*runs, *controls, *spec.checkpoints)
    matrix = matrix_of(spec.evaluation, evaluated)
    factors = _factors(spec)
    models = {one.name: one.model for one in evaluated}
    return Plan(
        name=naming.experiment_name(spec.task, spec.factor, day),
        spec=spec,
        design_type=_design_type(spec, factors),
        factors=factors,
        runs=runs,
        controls=controls,
        matrix=matrix,
        evaluations=evaluations_of(matrix, models),
    )


def _factors(spec: Spec) -> tuple[Factor, ...]:
    """What has several levels: models, datasets, then variables or variants."""
    factors = [
        Factor("model", tuple(model.name for model in spec.models)),
        Factor("dataset", tuple(dataset.label or dataset.path for dataset in spec.datasets)),
        *(Factor(variable.key, tuple(map(level_text, variable.levels))) for variable in spec.variables),
        Factor("variant", tuple(variant.name for variant in spec.variants)),
    ]
    return tuple(factor for factor in factors if factor.factor in spec.varied)


def _design_type(spec: Spec, factors: tuple[Factor, ...]) -> str:
    if not spec.trains:
        return "evaluation only"
    if spec.is_ablation:
        return "ablation"
    match len(factors):
        case 0:
            return "single run"
        case 1:
            return "parameter sweep"
        case _:
            sizes = "×".join(str(len(factor.levels)) for factor in factors)  # as people write it
            return f"{sizes} factorial"
