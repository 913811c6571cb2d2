"""Where a job's log is to be looked for."""

import re

_PATTERN = re.compile(r"%(\d{0,2})(.)")
ANY = "*"


def log_glob(pattern: str, job: str) -> str:
    """A log's name in Slurm's patterns, for one job, as a glob; `job` may be `*`, for any.

    A task of an array is `A_T`; what only the job itself knows (its node, its user) fits anything.
    """
    parts = _PATTERN.split(pattern)
    found = [_escaped(parts[0])]
    for width, letter, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        found += [_meaning(letter, width, job), _escaped(after)]
    return "".join(found)


def _meaning(letter: str, width: str, job: str) -> str:
    array, _, task = job.partition("_")
    meanings = {"%": "%", "j": job, "J": job, "A": array, "a": task or ANY}
    meant = meanings.get(letter, ANY)
    return ANY if ANY in {meant, job} and letter != "%" else _escaped(meant.zfill(int(width or 0)))


def _escaped(text: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", text)
