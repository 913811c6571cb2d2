"""Who may still need a run's output: its jobs, requests that wait, other plans, other branches."""

from collections.abc import Collection, Sequence
from pathlib import Path

from ckreg.adapters import spool, submissions
from ckreg.adapters.config import load_settings
from ckreg.adapters.git import contents, files_at, files_on_branches, open_repo
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home, read_text
from ckreg.core.cleaning import OUTPUT, runs_of
from ckreg.core.scaffold.layout import training_folder
from ckreg.core.scheduler.ids import is_job_id
from ckreg.core.scheduler.port import Scheduler
from ckreg.core.scheduler.states import Phase, phase_of
from ckreg.core.summary import parse
from ckreg.errors import CkregError
from ckreg.flows.refreshing import fresh_cache

_ABSENT = "is not on PATH"
_SPEC = "spec.yaml"


def runs_known(home: Home, experiment: str) -> set[str]:
    """The runs that any committed document of the experiment names, on this branch or another.

    Raises:
        CkregError: git cannot tell.
    """
    repo = open_repo(home.root)
    folder, document = f"{EXPERIMENTS}/{experiment}", f"{EXPERIMENTS}/{experiment}/{SUMMARY}"
    blobs = {file.blob for file in files_on_branches(repo, folder) if file.path == document}
    if head := repo.head():
        blobs |= {blob for path, blob in files_at(repo, head, folder) if path == document}
    return {run for text in contents(repo, sorted(blobs)).values() for run in runs_of(parse(text))}


def jobs_alive(home: Home, experiment: str, runs: Collection[str], scheduler: Scheduler) -> dict[str, str]:
    """The runs (or folders of runs that are no more) with a job that waits or runs, and what is said of it.

    Every job counts that history, table or notes of submissions have of a run. Where the queue does not
    answer, any of them may be alive.
    """
    jobs = {run: ids for run in runs if (ids := _jobs(home, experiment, run))}
    asked = sorted({job for ids in jobs.values() for job in ids})
    if not asked:
        return {}
    answer = scheduler.queued(asked)
    if answer.failed:
        absent = answer.failed.endswith(_ABSENT)
        return {} if absent else dict.fromkeys(jobs, f"its jobs may still run: {answer.failed}")
    alive = {
        name: f"job {queued.job_id} is {queued.state.lower()}"
        for queued in answer.jobs
        if phase_of(queued.state) in {Phase.WAITING, Phase.RUNNING}
        for name in (queued.job_id, queued.raw_id)
    }
    told = {run: next((alive[job] for job in sorted(ids) if job in alive), None) for run, ids in jobs.items()}
    return {run: why for run, why in told.items() if why}


def _jobs(home: Home, experiment: str, run: str) -> set[str]:
    with fresh_cache(home) as cache:
        rows = cache.rows(
            "SELECT run, job FROM status_events WHERE experiment = ?1 AND job IS NOT NULL "
            "UNION SELECT run_name, job_id FROM runs WHERE experiment = ?1 AND job_id IS NOT NULL "
            "UNION SELECT run_name, job_id FROM evaluations WHERE experiment = ?1 AND job_id IS NOT NULL",
            [experiment],
        )
    noted = [
        (place.key.run, intent.job_of(place) or "")
        for intent in submissions.intents(home)
        if intent.experiment == experiment
        for place in intent.places
    ]
    told = [*((str(row["run"]), str(row["job"])) for row in rows), *noted]
    return {job for name, job in told if _is_of(name, run) and is_job_id(job)}


def _is_of(name: str, run: str) -> bool:
    """Whether a run is the one that is meant, by its name or by the folder of its output."""
    return run in {name, f"{OUTPUT}{training_folder(name)}"}


def runs_spooled(home: Home, experiment: str) -> set[str]:
    """The runs of which a status request waits."""
    return {
        request.run
        for bundle in spool.look(home)
        for request in bundle.requests
        if request.experiment == experiment
    }


def mentioned_in(home: Home, paths: Sequence[Path]) -> dict[Path, str]:
    """Which of these paths a document or spec of the registry names, as a checkpoint to evaluate say."""
    scratch = load_settings(home).scratch_dir or ""
    real = Path(scratch).resolve()
    names = {path: {str(path), str(Path(scratch, path.relative_to(real)))} for path in paths}
    found: dict[Path, str] = {}
    for experiment in home.experiment_names():
        for file in (SUMMARY, _SPEC):
            text = _text(home.experiments / experiment / file)
            for path, spellings in names.items():
                if OUTPUT in text and any(spelling in text for spelling in spellings):
                    found.setdefault(path, f"{EXPERIMENTS}/{experiment}/{file} names it")
    return found


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except CkregError:
        return ""
