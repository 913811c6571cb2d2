"""What a log's path tells: job id, array task, experiment and run."""

import re
from typing import NamedTuple

_SLURM = re.compile(r"slurm-(L?\d+)(?:_(\d+))?(?:\D.*)?")
# Names that job scripts choose, `%x-%j.out` or `%x_%A_%a.err`; a short number may be anything.
_OWN_NAME = re.compile(r".*[-_.](\d{5,})(?:_(\d+))?\.(?:out|err|log|txt)")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:\d{6})?")
_RUN_PREFIX = "ck-out-"
_EXPERIMENTS = "experiments"


class Place(NamedTuple):
    """None where the path does not tell. `job_id` is `A_T` for task T of the array A, as in sacct."""

    job_id: str | None
    array_task: int | None
    experiment: str | None
    run_name: str | None


def place_of(log_path: str) -> Place:
    """The place of a log, from its path alone."""
    *folders, name = re.split(r"[/\\]", log_path)
    return Place(*_job(name), *_experiment_and_run(folders))


def _job(name: str) -> tuple[str | None, int | None]:
    match = _SLURM.fullmatch(name) or _OWN_NAME.fullmatch(name)
    if match is None or _DATE.fullmatch(match[1]):
        return None, None
    job, task = match.groups()
    # Slurm's ids have 32 bits: a longer number is something else, and its digits could not be stored.
    if len(job) > 10 or (task and len(task) > 10):  # noqa: PLR2004
        return None, None
    return (f"{job}_{task}", int(task)) if task else (job, None)


def _experiment_and_run(folders: list[str]) -> tuple[str | None, str | None]:
    for index in range(len(folders) - 1, -1, -1):
        folder = folders[index]
        if folder.startswith(_RUN_PREFIX) and folder != _RUN_PREFIX:
            return folders[index - 1] or None if index else None, folder.removeprefix(_RUN_PREFIX)
        if folder == _EXPERIMENTS and len(folders) > index + 2:
            return folders[index + 1], folders[index + 2]
    return None, None
