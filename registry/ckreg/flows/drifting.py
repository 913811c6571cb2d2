"""How today's plan, and what ran, differ from what was sealed."""

from collections.abc import Iterator
from dataclasses import dataclass

from ckreg.adapters.cache import Row
from ckreg.adapters.tree import Home, read_text
from ckreg.core.scaffold.drifted import ConfigDrift, config_drift
from ckreg.core.seal import broken, read_seal, text_hash
from ckreg.core.shown.changes import Lines
from ckreg.core.shown.ran import Deviation, deviations
from ckreg.core.shown.reading import shown_in
from ckreg.core.spec.document import parse as parse_tree
from ckreg.core.summary import Summary, parse
from ckreg.errors import CkregError, NotFoundError, RefusedError
from ckreg.flows.refreshing import cache_to_read
from ckreg.flows.scaffolding import planned_configs
from ckreg.flows.sealing import document_path, estimates_path, seal_path


@dataclass(frozen=True, slots=True)
class PlanDrift:
    """An item of the plan that is not as it was sealed; `line` is None where it is gone from the document."""

    path: str
    line: int | None
    item: str
    sealed: str | None
    now: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Drift:
    """All that drifted: of the plan since its seal, of the configs and of the jobs from the plan.

    `unknown` says why nobody knows what the configs should be, as where the models are not here.
    """

    experiment: str
    seal: str
    plan: tuple[PlanDrift, ...]
    ran: tuple[Deviation, ...]
    configs: tuple[ConfigDrift, ...] = ()
    unknown: str | None = None


def drift_of(home: Home, experiment: str) -> Drift:
    """How the document in the folder differs from the seal, and configs and jobs' logs from the document.

    Raises:
        NotFoundError: the plan is not sealed yet.
        MalformedError: the seal is none.
    """
    where = seal_path(experiment)
    try:
        sealed = read_seal(read_text(home.root / where), where)
    except NotFoundError:
        raise NotFoundError(
            f"{where} does not exist: the plan is not sealed yet. `ckreg seal {experiment}` does it."
        ) from None
    summary = parse(read_text(home.summary(experiment)))
    lines, document = Lines(summary), document_path(experiment)
    plan = [
        PlanDrift(
            document,
            lines.of(change.item),
            ", ".join(change.item),
            change.before,
            change.after,
            change.words,
        )
        for change in broken(sealed, summary)
    ]
    if drifted := _estimates(home, experiment, sealed.estimates):
        plan.append(drifted)
    unknown, configs = None, tuple[ConfigDrift, ...]()
    try:
        configs = tuple(_configs(home, experiment))
    except (NotFoundError, RefusedError) as error:
        unknown = str(error)
    return Drift(experiment, sealed.hash, tuple(plan), tuple(_ran(home, summary)), configs, unknown)


def _estimates(home: Home, experiment: str, sealed: str | None) -> PlanDrift | None:
    path = estimates_path(experiment)
    try:
        now = text_hash(read_text(home.root / path))
    except CkregError:
        now = None
    if now == sealed:
        return None
    what = "gone" if now is None else "added" if sealed is None else "changed"
    return PlanDrift(path, None, "estimates.json", sealed, now, f"{what} since it was sealed")


def _configs(home: Home, experiment: str) -> Iterator[ConfigDrift]:
    """What the runs' configs in the folder say; runs that have none are passed over."""
    for config in planned_configs(home, experiment):
        tree = parse_tree(config.text, "yaml", config.path).tree
        yield from config_drift(config.path, config.run_name, config.planned, tree)


def _ran(home: Home, summary: Summary) -> Iterator[Deviation]:
    """What the logs of the runs' own jobs say; only their last job, which the document names."""
    jobs = {row.run_name: row.job_id for row in summary.fine_tuning if row.job_id}
    if not jobs:
        return
    shown = shown_in(summary)
    for run_name, row in _measured(home, jobs):
        yield from deviations(shown, run_name, row)


def _measured(home: Home, jobs: dict[str, str]) -> Iterator[tuple[str, Row]]:
    with cache_to_read(home) as cache:
        for run_name, job in jobs.items():
            # An evaluation may stand in the same log.
            sql = (
                "SELECT * FROM measurements WHERE job_id = ? AND kind = 'finetune' ORDER BY log_path, segment"
            )
            for row in cache.rows(sql, (job,)):
                yield run_name, row
