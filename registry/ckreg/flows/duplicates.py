"""Looks for work that is planned or done already: in other experiments, on other branches, in logs."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.git import Repo, contents, files_on_branches, open_repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home, read_text
from ckreg.core.likeness import Twin, identity, is_measured, logs_can_tell
from ckreg.core.measure.measurement import Measurement
from ckreg.core.plan.values import Plan
from ckreg.core.spec import read_spec
from ckreg.core.spec.crossing import Run, cross
from ckreg.core.summary import parse
from ckreg.errors import CkregError

_SPEC = "spec.yaml"
MOST_SPECS = 300  # reading one takes some milliseconds


class _Planned(NamedTuple):
    """An experiment that was planned; `summary` is its document's blob where it is on another branch."""

    experiment: str
    spec: str
    branch: str | None = None
    summary: str | None = None


def find_twins(home: Home, plan: Plan, measurements: Iterable[Measurement]) -> tuple[Twin, ...]:
    """Runs of the plan that somebody has planned or measured already, each named once an experiment.

    Read without checking out; at most the 300 newest experiments of the same model, recipe and dataset.
    """
    if not plan.runs:
        return ()
    repo = _repo(home)
    planned = [*_here(home), *(_on_branches(home, repo) if repo else ())]
    alike = [one for one in planned if one.branch or one.experiment != plan.name if _may_have(one.spec, plan)]
    # The newest first: an experiment's name ends in its date.
    alike.sort(key=lambda one: (one.experiment[-10:], one.experiment), reverse=True)
    twins = [twin for one in alike[:MOST_SPECS] for twin in _twins(home, repo, one, plan.runs)]
    named = {(twin.experiment, twin.other) for twin in twins}
    return (
        *twins,
        *(twin for twin in _measured(plan.runs, measurements) if (twin.experiment, twin.other) not in named),
    )


def _repo(home: Home) -> Repo | None:
    try:
        return open_repo(home.root)
    except CkregError:
        return None


def _here(home: Home) -> Iterator[_Planned]:
    for name in home.experiment_names():
        if text := _text(home.experiments / name / _SPEC):
            yield _Planned(name, text)


def _text(path: Path) -> str | None:
    try:
        return read_text(path)
    except CkregError:
        return None


def _on_branches(home: Home, repo: Repo) -> Iterator[_Planned]:
    """Experiments that are not here, each from the branch with the newest commit that has it."""
    here = set(home.experiment_names())
    specs: dict[str, tuple[str, str]] = {}
    summaries: dict[tuple[str, str], str] = {}
    for branch, path, blob in files_on_branches(repo, EXPERIMENTS):
        folder, _, file = path.rpartition("/")
        experiment = folder.removeprefix(f"{EXPERIMENTS}/")
        if "/" in experiment or experiment in here:
            continue
        if file == _SPEC:
            specs.setdefault(experiment, (branch, blob))
        elif file == SUMMARY:
            summaries[experiment, branch] = blob
    texts = contents(repo, (blob for _, blob in specs.values()))
    for experiment, (branch, blob) in specs.items():
        if blob in texts:
            yield _Planned(experiment, texts[blob], branch, summaries.get((experiment, branch)))


def _may_have(text: str, plan: Plan) -> bool:
    """Whether the spec's text names a model, a recipe and a dataset of the plan: reading it takes longer."""
    recipes = {run.recipe for run in plan.runs}
    files = {Path(dataset.path).name for dataset in plan.spec.datasets}
    models = {model.name for model in plan.spec.models}
    return all(any(word in text for word in words) for words in (models, recipes, files))


def _twins(home: Home, repo: Repo | None, planned: _Planned, runs: Iterable[Run]) -> list[Twin]:
    try:
        others = {
            identity(run): run.name for run in cross(read_spec(planned.spec, format="yaml", name=_SPEC))
        }
    except CkregError:
        return []
    same = [(run.name, others[identity(run)]) for run in runs if identity(run) in others]
    statuses = _statuses(home, repo, planned) if same else {}
    return [Twin(run, other, planned.experiment, planned.branch, statuses.get(other)) for run, other in same]


def _statuses(home: Home, repo: Repo | None, planned: _Planned) -> Mapping[str, str | None]:
    if planned.branch is None:
        text = _text(home.summary(planned.experiment))
    else:
        text = contents(repo, [planned.summary]).get(planned.summary) if repo and planned.summary else None
    return {row.run_name: row.status for row in parse(text).fine_tuning} if text else {}


def _measured(runs: tuple[Run, ...], measurements: Iterable[Measurement]) -> Iterator[Twin]:
    """The first job that was each run; none where logs do not tell what the runs set."""
    if not logs_can_tell(runs):
        return
    measurements = list(measurements)
    for run in runs:
        found = next((one for one in measurements if is_measured(run, one)), None)
        if found:
            name = found.run_name or (f"job {found.job_id}" if found.job_id else "the job")
            yield Twin(run.name, name, found.experiment, None, "completed", found.log_path)
