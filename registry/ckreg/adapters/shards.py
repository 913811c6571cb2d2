"""What several machines read at once: a folder a job in `.ckreg/index/`, with the lists of its tasks.

    <id>/job.json            which job it is
    <id>/index.slurm         its script
    <id>/shard-<T>           the logs that task T is to read, one a line
    <id>/shard-<T>.jsonl     what it read; there only once all of it is
    <id>/shard-<T>.out       what it said

Nothing that lies there is followed if it is a link, nor waited for if it is a pipe.
"""

import contextlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ckreg.adapters.tree import Home, replace_parts, replace_text
from ckreg.errors import CkregError, NotFoundError, OutsideError

SCRIPT = "index.slurm"
LIST = "shard-"
_RESULT = re.compile(r"shard-(\d{1,7})\.jsonl", re.ASCII)
_ID = re.compile(r"[0-9a-f]{8}")
_LONGEST_LINE = 16 * 2**20
_MOST_TASKS = 10**6
_END_OF_TIME = 1e11  # seconds: the year 5138
_SAID = 4096  # bytes from the end of what a task said


@dataclass(frozen=True, slots=True)
class Job:
    """An array that was sent, or is about to be: `job` is its id, None where that is not known (yet).

    `sent_at` is in seconds since the epoch.
    """

    id: str
    tasks: int
    sent_at: float
    job: str | None = None


class Line(NamedTuple):
    """A line of a file and where it begins, in bytes."""

    offset: int
    text: bytes


def folder_of(home: Home, job_id: str) -> Path:
    """The folder of a job."""
    return home.state / "index" / job_id


def list_of(folder: Path, task: int) -> Path:
    """The list of a task."""
    return folder / f"{LIST}{task}"


def result_of(listed: Path) -> Path:
    """Where the task of a list writes what it read."""
    return listed.with_name(f"{listed.name}.jsonl")


def is_list(home: Home, path: Path) -> bool:
    """Whether this is the path of a list in this registry, through no link."""
    inside = home.root.resolve() / home.state.name / "index"
    whole = path.resolve()
    fits = _ID.fullmatch(whole.parent.name) and _RESULT.fullmatch(f"{whole.name}.jsonl")
    return bool(fits) and whole.parent.parent == inside and whole.parent / path.name == whole


def jobs(home: Home) -> list[Job]:
    """The jobs whose folders are there, the oldest first; a folder without a sound note is none."""
    index = home.state / "index"
    if index.is_symlink() or home.state.is_symlink():
        return []
    found: list[Job] = []
    with contextlib.suppress(OSError):
        ours = (path for path in index.iterdir() if _ID.fullmatch(path.name) and not path.is_symlink())
        found.extend(job for job in map(_noted, ours) if job)
    return sorted(found, key=lambda job: (job.sent_at, job.id))


def write_job(home: Home, job: Job) -> None:
    """Note a job; it is on disk when this returns."""
    replace_text(folder_of(home, job.id) / "job.json", json.dumps(asdict(job)))


def write_lists(home: Home, job: Job, lists: Sequence[Iterable[str]], script: str) -> Path:
    """Make the folder of a job with its note, the lists of its tasks and its script.

    Raises:
        OutsideError: it cannot be written.
    """
    folder = folder_of(home, job.id)
    for path in (home.state, folder.parent):
        if path.is_symlink():  # it came with somebody's clone, and leads to a folder that is not ours
            raise OutsideError(f"{path} is a link. Remove it: ckreg writes only inside the registry.")
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise OutsideError(f"{folder} cannot be made: {error.strerror}.") from error
    write_job(home, job)  # first: a folder that is left half-made is cleared away, too
    for task, lines in enumerate(lists):
        write_lines(list_of(folder, task), lines)
    replace_text(folder / SCRIPT, script)
    return folder


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Put a file of these lines in its place whole: written beside it, synced, renamed.

    Raises:
        OutsideError: it cannot be written; what was there is there still.
    """
    replace_parts(path, (f"{line}\n".encode() for line in lines))


def finished(folder: Path) -> set[int]:
    """The tasks that have put what they read in its place."""
    # The folder's names, not a question for each: a network file system remembers what was not there.
    with contextlib.suppress(OSError):
        matches = map(_RESULT.fullmatch, os.listdir(folder))  # noqa: PTH208  # plain names
        return {int(match[1]) for match in matches if match}
    return set()


def lines_in(path: Path) -> Iterator[Line]:
    """The lines of a list or of a result.

    Raises:
        OutsideError: it cannot be read, is no file, or holds a line that none of ours can be.
    """
    with _opened(path) as file:
        offset = 0
        while text := file.readline(_LONGEST_LINE):
            if not text.endswith(b"\n"):
                raise OutsideError(f"{path} is cut short, or holds what ckreg did not write.")
            yield Line(offset, text)
            offset += len(text)


def line_at(path: Path, offset: int) -> bytes:
    """One line of a result; for several processes at once.

    Raises:
        OutsideError: see `lines_in`.
    """
    with _opened(path) as file:
        file.seek(offset)
        return file.readline(_LONGEST_LINE)


def last_words(folder: Path, task: int) -> str | None:
    """The last line that a task said; None where it said nothing."""
    try:
        with _opened(folder / f"{LIST}{task}.out") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _SAID))
            said = file.read(_SAID).decode(errors="replace").strip()
    except CkregError:
        return None
    return said.rpartition("\n")[2].strip() or None


def remove(home: Home, job: Job) -> None:
    """Remove the folder of a job whose results are no more needed."""
    shutil.rmtree(folder_of(home, job.id), ignore_errors=True)
    with contextlib.suppress(OSError):  # others are in it
        (home.state / "index").rmdir()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFoundError(f"{path} does not exist.") from None
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}.") from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OutsideError(f"{path} is not a file.")
        try:
            yield file
        except OSError as error:
            raise OutsideError(f"{path} cannot be read: {error.strerror}.") from error


def _noted(folder: Path) -> Job | None:
    try:
        with _opened(folder / "job.json") as file:
            values = json.loads(file.read(_SAID))
        job = Job(folder.name, int(values["tasks"]), float(values["sent_at"]), values["job"])
    except (CkregError, ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
    known = job.job is None or (isinstance(job.job, str) and job.job.isascii() and job.job.isdigit())
    return job if known and 0 < job.tasks <= _MOST_TASKS and 0 <= job.sent_at < _END_OF_TIME else None
