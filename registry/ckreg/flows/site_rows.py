"""All that the site shows of a registry, out of the cache by a dozen queries, however many experiments."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ckreg.adapters.cache import Cache, Row
from ckreg.core.losses import Curve, Loss, LossKind
from ckreg.core.score.values import Graded
from ckreg.core.site.jobs import job_facts
from ckreg.core.site.material import Material
from ckreg.core.site.throughput import SETUP
from ckreg.flows.scoring import graded

_QUERIES = {
    "runs": "SELECT experiment, run_name, model, lora_rank, batch_size, type, status, job_id, started, "
    "completed, notes FROM runs ORDER BY experiment, line, run_name",
    "evaluations": "SELECT experiment, run_name, task, epoch, status, job_id, completed, notes "
    "FROM evaluations ORDER BY experiment, line",
    "predictions": "SELECT experiment, run_name, task, epoch, tier, median_seconds, p90_seconds, "
    "actual_seconds, at_least FROM predictions_met ORDER BY experiment, run_name, task, epoch",
    "attempts": "SELECT experiment, run, task, epoch, attempt, job, started, ended, outcome, evidence "
    "FROM attempts ORDER BY experiment, run, task, epoch, attempt",
    "statuses": "SELECT experiment, run, task, epoch, from_status, to_status, at, committed, by, evidence, "
    "author, overtaken, commit_id FROM status_history ORDER BY place",
    "commits": "SELECT experiment, commit_id, at, author, kind, words FROM commits ORDER BY place",
    "results": "SELECT experiment, run_name, task, epoch, metric, scorer, mean, stderr FROM result_summary "
    "ORDER BY experiment, rowid",
}
"""By the field of `Material` that they fill; each row names its experiment."""
_MEASUREMENTS = """
    SELECT m.log_path, m.segment, m.job_id, m.experiment, m.run_name, m.kind, m.epochs, m.steps_total,
           m.seconds_per_step, m.tokens_per_second_per_gpu, m.peak_gpu_mem_gib, m.elapsed_seconds, m.n_gpus,
           m.gpu_type, m.outcome
    FROM measurements AS m LEFT JOIN logs AS l ON l.path = m.log_path
    ORDER BY l.mtime_ns, m.log_path, m.segment
"""
_LOSSES = """
    SELECT c.log_path, c.segment, c.points, l.kind, l.step, l.epoch, l.loss
    FROM loss_curves AS c JOIN losses AS l ON l.curve = c.id ORDER BY l.curve, l.kind, l.step
"""
_JOBS = (
    "SELECT job_id, scope, submitted, elapsed_seconds, gpus, gpu_type, started, ended, outcome FROM jobs "
    "ORDER BY job_id, source, cluster, submitted"
)


@dataclass(frozen=True, slots=True)
class Collected:
    """The experiments, by name, with all that is known of each; what pages about all of them need."""

    experiments: Sequence[Material]
    graded: Sequence[Graded]
    speeds: Sequence[Row]
    models: Sequence[str]


def collect(cache: Cache) -> Collected:
    """Read the cache, as it is, into values."""
    found = {field: _by(cache.rows(sql), "experiment") for field, sql in _QUERIES.items()}
    named = _named_jobs(found)
    jobs = _jobs(cache)
    curves = _curves(cache)
    gpus = _by(
        cache.rows("SELECT experiment, run_name, value FROM parameters WHERE name = 'gpus'"), "experiment"
    )
    rows = cache.rows("SELECT name, type, question, created, blobs FROM experiments ORDER BY name")
    measured = _measurements(cache, {str(row["name"]) for row in rows}, named)
    experiments = [
        _material(row, found, named, jobs, measured, curves, gpus.get(str(row["name"]), ())) for row in rows
    ]
    speeds = cache.rows(
        f"SELECT {', '.join(SETUP)}, seconds_per_step, samples_per_second, tokens_per_second_per_gpu, "  # noqa: S608  # names of our own
        "peak_gpu_mem_gib FROM measurements WHERE kind = 'finetune' AND seconds_per_step > 0 "
        "AND model IS NOT NULL ORDER BY log_path, segment"
    )
    models = cache.rows("SELECT DISTINCT model FROM runs WHERE model IS NOT NULL ORDER BY model")
    return Collected(experiments, graded(cache), speeds, [str(row["model"]) for row in models])


def _material(  # noqa: PLR0913, PLR0917  # what of each kind of row is one experiment's
    row: Row,
    found: Mapping[str, Mapping[str, Sequence[Row]]],
    named: Mapping[str, Mapping[str, set[str]]],
    jobs: Mapping[str, Row],
    measured: Mapping[str, Sequence[Row]],
    curves: Mapping[str, Sequence[Curve]],
    gpus: Iterable[Row],
) -> Material:
    name = str(row["name"])
    measurements = measured.get(name, ())
    own = {*named.get(name, ())} | {str(each["job_id"]) for each in measurements if each["job_id"]}
    logs = dict.fromkeys(str(each["log_path"]) for each in measurements)
    return Material(
        experiment=row,
        jobs={job: jobs[job] for job in sorted(own) if job in jobs},
        measurements=measurements,
        curves=[curve for log in logs for curve in curves.get(log, ())],
        gpus={str(each["run_name"]): each["value"] for each in gpus},
        **{field: rows.get(name, ()) for field, rows in found.items()},
    )


def _by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row[column])].append(row)
    return found


def _named_jobs(found: Mapping[str, Mapping[str, Sequence[Row]]]) -> Mapping[str, Mapping[str, set[str]]]:
    """The jobs that rows and history of each experiment name, with the runs that they are of."""
    columns = (
        ("runs", "job_id", "run_name"),
        ("evaluations", "job_id", "run_name"),
        ("attempts", "job", "run"),
    )
    named: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for field, job, run in columns:
        for experiment, rows in found[field].items():
            for row in rows:
                if row[job]:
                    named[experiment][str(row[job])].add(str(row[run]))
    return named


def _measurements(
    cache: Cache, names: Collection[str], named: Mapping[str, Mapping[str, set[str]]]
) -> Mapping[str, list[Row]]:
    """What was measured of each experiment: what lies in its folder, and what is of a job that it names.

    Ids are used again: a log that lies elsewhere counts where it tells of no other run, and the experiment
    has none of that job in its folder.
    """
    experiments: defaultdict[str, list[str]] = defaultdict(list)
    for experiment, jobs in named.items():
        for job in jobs:
            experiments[job].append(experiment)
    rows = cache.rows(_MEASUREMENTS)
    own = {(str(row["experiment"]), str(row["job_id"])) for row in rows}
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        name, job, run = str(row["experiment"]), str(row["job_id"]), row["run_name"]
        if name in names:
            found[name].append(row)
            continue
        for experiment in experiments.get(job, ()):
            if (experiment, job) not in own and (run is None or run in named[experiment][job]):
                found[experiment].append(row)
    return found


def _jobs(cache: Cache) -> Mapping[str, Row]:
    known = ((job, job_facts(rows)) for job, rows in _by(cache.rows(_JOBS), "job_id").items())
    return {job: dict(facts) for job, facts in known if facts is not None}


def _curves(cache: Cache) -> Mapping[str, list[Curve]]:
    found: defaultdict[tuple[str, int, int], list[Loss]] = defaultdict(list)
    for path, segment, points, loss in _losses(cache):
        found[path, segment, points].append(loss)
    curves: defaultdict[str, list[Curve]] = defaultdict(list)
    for (path, segment, points), losses in found.items():
        curves[path].append(Curve(path, segment, tuple(losses), points))
    return curves


def _losses(cache: Cache) -> Iterator[tuple[str, int, int, Loss]]:
    for row in cache.rows(_LOSSES):
        epoch, segment, points = row["epoch"], int(str(row["segment"])), int(str(row["points"]))
        loss = Loss(
            LossKind(str(row["kind"])),
            int(str(row["step"])),
            float(str(row["loss"])),
            None if epoch is None else float(str(epoch)),
        )
        yield str(row["log_path"]), segment, points, loss
