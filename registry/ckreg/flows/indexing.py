"""Reads the logs of prior runs into the cache: those that are new or changed since they were last read."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ckreg.adapters.cache import Cache, Row, known_roots, open_cache, row_of, storable
from ckreg.adapters.scan import Found, Unreadable, find_logs, read_bytes
from ckreg.adapters.tree import Home
from ckreg.core.measure import READER_VERSION, read_log
from ckreg.core.scheduler import parse_sacct
from ckreg.flows.joining import join_jobs
from ckreg.flows.refreshing import cache_path

_BATCH = 200  # logs in one transaction: others wait for a moment only, and a kill loses little


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that could not be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many measured jobs of one framework ended in one way."""

    framework: str
    outcome: str
    jobs: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """What one round of indexing met.

    `found` logs were `read`, `unchanged` or among the `unreadable`; `sacct_files` lay beside them. `tallies`
    count all that the cache now holds. `rebuilt` says that the cache was damaged or old, and built anew.
    """

    roots: tuple[str, ...]
    found: int
    read: int
    unchanged: int
    sacct_files: int
    unreadable: tuple[Problem, ...]
    tallies: tuple[Tally, ...]
    rebuilt: bool


def roots_of(home: Home, scratch_dir: str | None) -> tuple[Path, ...]:
    """Where logs are looked for when nobody names a place: the known roots, and the scratch folder."""
    scratch = (Path(scratch_dir),) if scratch_dir else ()
    return tuple(dict.fromkeys((*known_roots(home), *scratch)))


def index_logs(
    home: Home,
    roots: Sequence[Path],
    patterns: Sequence[str],
    *,
    rebuild: bool = False,
    advance: Callable[[int], None] = lambda _logs: None,
) -> Indexed:
    """Read what is new or changed below the roots, and join it with what sacct says.

    A log that is gone keeps its measurements, for its run remains a prior run; only `rebuild` begins with an
    empty cache. A cache that had to be built reads all known roots again. `advance` is told of each log.
    """
    with open_cache(cache_path(home), anew=rebuild) as cache:
        everywhere = tuple(dict.fromkeys([*roots, *(known_roots(home) if cache.built else ())]))
        now = _Round(cache)
        for item in find_logs(everywhere, patterns):
            now.meet(item)
            advance(1)
        now.read_waiting()
        if now.changed:
            join_jobs(cache)
        return Indexed(
            roots=tuple(str(root) for root in everywhere),
            found=now.found,
            read=now.read,
            unchanged=now.unchanged,
            sacct_files=now.sacct_files,
            unreadable=tuple(now.problems),
            tallies=_tallies(cache),
            rebuilt=cache.rebuilt and not rebuild,
        )


@dataclass
class _Round:
    """One round of indexing while it goes on."""

    cache: Cache
    found: int = 0
    read: int = 0
    unchanged: int = 0
    sacct_files: int = 0
    changed: bool = False
    problems: list[Problem] = field(default_factory=list)
    waiting: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = {
            row["path"]: (row["size"], row["mtime_ns"], row["inode"], row["reader_version"])
            for row in self.cache.rows("SELECT path, size, mtime_ns, inode, reader_version FROM logs")
        }

    def meet(self, item: Found | Unreadable) -> None:
        """Count what was found, and read it in a batch with others where it has changed."""
        if isinstance(item, Unreadable):
            self.problems.append(_problem(item))
            return
        self.sacct_files += item.is_sacct
        self.found += not item.is_sacct
        if self.known.get(storable(str(item.path))) == _stamp(item):
            self.unchanged += not item.is_sacct
            return
        self.waiting.append(item)
        if len(self.waiting) >= _BATCH:
            self.read_waiting()

    def read_waiting(self) -> None:
        """Read the logs that wait, then store what they say in one transaction."""
        logs: list[Row] = []
        measurements: list[Row] = []
        jobs: list[Row] = []
        for found in self.waiting:
            data = read_bytes(found.path)
            if isinstance(data, Unreadable):
                self.problems.append(_problem(data))
                continue
            logs.append(_log_row(found))
            if found.is_sacct:
                jobs += _job_rows(found.path, data)
            else:
                measurements += [row_of(each) for each in read_log(data, log_path=str(found.path))]
                self.read += 1
        self.waiting.clear()
        if logs:
            self._store(logs, measurements, jobs)

    def _store(self, logs: list[Row], measurements: list[Row], jobs: list[Row]) -> None:
        paths = [log["path"] for log in logs]
        with self.cache.writing():
            self.cache.delete("measurements", "log_path", paths)
            self.cache.delete("jobs", "source", paths)
            self.cache.put("measurements", measurements)
            self.cache.put("jobs", jobs)
            self.cache.put("logs", logs)
        self.changed = True


def _stamp(found: Found) -> tuple[int, int, str, int]:
    return found.size, found.mtime_ns, str(found.inode), READER_VERSION


def _log_row(found: Found) -> Row:
    size, mtime_ns, inode, version = _stamp(found)
    return {
        "path": str(found.path),
        "size": size,
        "mtime_ns": mtime_ns,
        "inode": inode,
        "reader_version": version,
    }


def _job_rows(source: Path, data: bytes) -> list[Row]:
    jobs = parse_sacct(data.decode(errors="replace"))
    return [{"source": str(source), **dataclasses.asdict(job)} for job in jobs]


def _problem(unreadable: Unreadable) -> Problem:
    return Problem(str(unreadable.path), unreadable.reason)


def _tallies(cache: Cache) -> tuple[Tally, ...]:
    rows = cache.rows(
        "SELECT framework, outcome, count(*) AS jobs FROM measurements "
        "GROUP BY framework, outcome ORDER BY framework, jobs DESC, outcome"
    )
    return tuple(Tally(str(row["framework"]), str(row["outcome"]), int(str(row["jobs"]))) for row in rows)
