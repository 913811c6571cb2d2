"""From a spec to an experiment: resolved, verified, estimated, rendered; then committed in one commit."""

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial

from ckreg.adapters import assets, clock
from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home
from ckreg.core import journal
from ckreg.core.estimate.values import BatchSizeEstimate, TrainingRequest
from ckreg.core.journal import Entry
from ckreg.core.likeness import notes_of
from ckreg.core.plan import entries
from ckreg.core.plan.budget import Budget, budget_of, limits_of, walls_of
from ckreg.core.plan.budget_entry import budget_entry
from ckreg.core.plan.checks import Check, eight_checks
from ckreg.core.plan.cuts import cuts_of
from ckreg.core.plan.forecast import EvaluationForecast, Forecast, TrainingForecast, prior_runs
from ckreg.core.plan.requests import evaluation_requests, training_request, training_requests
from ckreg.core.plan.resolve import resolve
from ckreg.core.plan.settling import wanted_splits, with_batch_sizes, with_full_paths, with_model_paths
from ckreg.core.plan.sheet import Sheet
from ckreg.core.plan.values import Plan
from ckreg.core.resources import Resources
from ckreg.core.setting_kinds import full_path
from ckreg.core.settings import Settings
from ckreg.core.spec import Spec, dump_spec
from ckreg.core.summary import parse
from ckreg.errors import RefusedError
from ckreg.flows.committing import commit_edits, finish_interrupted
from ckreg.flows.creating import Offer, offers
from ckreg.flows.duplicates import find_twins
from ckreg.flows.estimating import Priors, evaluation, load_priors, training
from ckreg.flows.scoring import quoted
from ckreg.flows.verifying import Needs, verify


@dataclass(frozen=True, slots=True)
class Draft:
    """A designed experiment that is not written yet: its files by name, and how the checks came out."""

    sheet: Sheet
    checks: tuple[Check, ...]
    files: Mapping[str, str]

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.sheet.plan.name

    @property
    def document(self) -> str:
        """The text of `experiment_summary.md`."""
        return self.files[SUMMARY]


@dataclass(frozen=True, slots=True)
class _Settled:
    """A plan with nothing left open, and the entries of what was looked at and calculated on the way."""

    plan: Plan
    resources: Resources
    checked: tuple[Entry, ...]
    calculated: tuple[Entry, ...]
    assumptions: tuple[str, ...]


def draft_experiment(
    home: Home,
    spec: Spec,
    *,
    index: bool = True,
    concurrent: int | None = None,
    created: Iterable[Entry] = (),
) -> Draft:
    """Design an experiment; paths of the spec are relative to the registry. Only the cache is written.

    `concurrent` is how many jobs run at once, for the wall time; without it the setting. `created` are
    entries of the journal for what was written beforehand.

    Raises:
        RefusedError: an experiment of that name is there.
    """
    finish_interrupted(home)
    refuse_existing(home, resolve(spec, clock.now().date()).name)
    return draft_of(home, spec, index=index, concurrent=concurrent, created=created)


def draft_of(
    home: Home,
    spec: Spec,
    *,
    index: bool = True,
    concurrent: int | None = None,
    created: Iterable[Entry] = (),
) -> Draft:
    """The same, whether or not there is such an experiment already."""
    now, settings = clock.now(), load_settings(home, {"concurrent_jobs": concurrent})
    priors = load_priors(home, index=index)
    settled = _settled(home, spec, settings, priors, now)
    forecast_of = forecaster(settled.resources, settings, priors)
    forecast = forecast_of(settled.plan)
    budget = _budget(settled, settings, forecast_of, now)
    done = priors.completed({(run.model, run.batch_size) for run in settled.plan.runs})
    same = tuple(notes_of(find_twins(home, settled.plan, done)))
    folder = str(home.experiments / settled.plan.name)
    score = quoted(home)
    sheet = Sheet(
        settled.plan,
        settled.resources,
        forecast,
        settings,
        folder,
        now,
        (*same, *settled.assumptions),
        score,
        budget=budget,
    )
    document = assets.render_summary(sheet)
    checks = eight_checks(settled.plan, settled.resources, forecast, parse(document))
    found = prior_runs(forecast.times)
    log = [
        *created,
        *settled.checked,
        entries.search_entry(now, found, priors.runs, indexed=index, score=score),
        entries.duplicates_entry(now, same),
        *settled.calculated,
        *entries.calculation_entries(now, forecast),
        budget_entry(now, forecast, budget),
        *entries.decision_entries(now, settled.plan, sheet.setting("batch_size"), sheet.setting("recipe")),
        entries.create_entry(now, settled.plan, f"{folder}/{SUMMARY}"),
        entries.complete_entry(now, checks),
    ]
    files = {
        SUMMARY: document,
        "spec.yaml": dump_spec(settled.plan.spec),
        "design-experiment.log": journal.render(log),
        "estimates.json": json.dumps(forecast.as_json(), ensure_ascii=False, indent=2) + "\n",
    }
    return Draft(sheet, checks, files)


def write_experiment(home: Home, draft: Draft) -> str:
    """Write and commit the draft's files in one commit; its id. Where that fails nothing is left behind.

    Raises:
        RefusedError: an experiment of that name has come in the meantime.
    """
    refuse_existing(home, draft.name)
    edits = {
        f"{EXPERIMENTS}/{draft.name}/{name}": partial(_new_file, text, draft.name)
        for name, text in draft.files.items()
    }
    runs = draft.sheet.total_runs
    subject = f"design: {draft.name} ({runs} runs, {len(draft.sheet.plan.evaluations)} evaluations)"
    try:
        return commit_edits(home, edits, subject) or ""
    except BaseException:
        _remove_empty(home, draft.name)
        raise


def missing_datasets(home: Home, spec: Spec) -> tuple[Offer, ...]:
    """The datasets of a spec that are missing and could be written, as their task is known."""
    return offers(_full_path(home, dataset.path) for dataset in spec.datasets)


def refuse_existing(home: Home, name: str) -> None:
    """Refuse to design over something.

    Raises:
        RefusedError: the experiment's folder is there with something in it, or is a link.
    """
    folder = home.experiments / name
    if folder.is_symlink() or folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise RefusedError(_exists(name))


def _exists(name: str) -> str:
    return (
        f"{EXPERIMENTS}/{name} exists already, and a design never overwrites one. Change `task`, `factor` or "
        f"`date` in the spec for another name, or edit {EXPERIMENTS}/{name}/{SUMMARY} itself."
    )


def _new_file(text: str, name: str, old: str | None) -> str:
    if old is not None:
        raise RefusedError(_exists(name))
    return text


def _remove_empty(home: Home, name: str) -> None:
    with contextlib.suppress(OSError):
        (home.experiments / name).rmdir()


def _settled(home: Home, spec: Spec, settings: Settings, priors: Priors, now: datetime) -> _Settled:
    plan = resolve(with_full_paths(spec, partial(_full_path, home)), now.date())
    verified = verify(_needs(plan), settings, home.root)
    plan = resolve(with_model_paths(plan.spec, verified.resources), now.date())
    estimates = list(_batch_sizes(plan, verified.resources, settings, priors))
    chosen: dict[str, int] = {}
    for request, estimate in estimates:
        # One size for all runs of a model: they are to differ in nothing but their factors.
        chosen[request.model] = min(estimate.batch_size, chosen.get(request.model, estimate.batch_size))
    return _Settled(
        resolve(with_batch_sizes(plan.spec, chosen), now.date()),
        verified.resources,
        verified.entries,
        tuple(dict.fromkeys(entries.batch_size_entries(now, estimates))),
        tuple(_assumptions(estimates)),
    )


def _full_path(home: Home, path: str) -> str:
    whole = full_path(path, base=str(home.root), home=os.path.expanduser("~"))  # noqa: PTH111  # text, not a file
    return os.path.normpath(whole)


def _needs(plan: Plan) -> Needs:
    spec = plan.spec
    wanted = wanted_splits(spec)
    return Needs(
        models=tuple((model.name, model.path) for model in spec.models),
        datasets=tuple((dataset.label, dataset.path, wanted[dataset.label]) for dataset in spec.datasets),
        scripts=tuple((task.name, task.script, task.dataset) for task in spec.evaluation.tasks),
        checkpoints=tuple((checkpoint.name, checkpoint.path) for checkpoint in spec.checkpoints),
    )


def _batch_sizes(
    plan: Plan, resources: Resources, settings: Settings, priors: Priors
) -> Iterator[tuple[TrainingRequest, BatchSizeEstimate]]:
    """An estimate for every different run whose batch size is left open."""
    opened = [training_request(run, resources, settings) for run in plan.runs if run.batch_size is None]
    for request in dict.fromkeys(opened):
        yield request, training(priors, request).batch_size


def _assumptions(estimates: Iterable[tuple[TrainingRequest, BatchSizeEstimate]]) -> Iterator[str]:
    told = {f"Batch size of {request.model}: {estimate.calculation}." for request, estimate in estimates}
    yield from sorted(told)


def forecaster(resources: Resources, settings: Settings, priors: Priors) -> Callable[[Plan], Forecast]:
    """A function that estimates plans, each different request once."""
    trained, evaluated = cache(partial(training, priors)), cache(partial(evaluation, priors))

    def forecast(plan: Plan) -> Forecast:
        return Forecast(
            tuple(
                TrainingForecast(request, names, trained(request))
                for request, names in training_requests(plan, resources, settings).items()
            ),
            tuple(
                EvaluationForecast(evaluations, evaluated(request), request.gpus)
                for request, evaluations in evaluation_requests(plan, resources, settings).items()
            ),
        )

    return forecast


def _budget(
    settled: _Settled, settings: Settings, forecast_of: Callable[[Plan], Forecast], now: datetime
) -> Budget:
    """What the plan takes; where that is too much, each cut is resolved and estimated as a plan itself."""
    plan, limits = settled.plan, limits_of(settings, settled.resources.disk.available_gib)
    forecast = forecast_of(plan)
    budget = budget_of(forecast, limits)

    def smaller(spec: Spec) -> Budget:
        return budget_of(forecast_of(resolve(spec, now.date())), limits)

    return replace(
        budget,
        walls=walls_of(forecast, limits, settings.concurrent_jobs),
        cuts=cuts_of(plan, budget, smaller),
    )
