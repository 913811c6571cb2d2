"""Reads the logs of prior runs into the cache: those that are new or changed since they were last read."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters import eval_logs
from ckreg.adapters.cache import Cache, known_roots, open_cache, storable
from ckreg.adapters.config import load_settings
from ckreg.adapters.scan import Found, Unreadable, find_logs, read_bytes
from ckreg.adapters.tree import Home
from ckreg.adapters.workers import mapped
from ckreg.core.measure.place import place_of
from ckreg.flows.accounting import ask_scheduler, store_told
from ckreg.flows.joining import UNJOINED, join_jobs
from ckreg.flows.kept import Faulty, import_prior_runs
from ckreg.flows.log_rows import LogRows, job_rows, measurement_rows, rows_of, stamp_of
from ckreg.flows.refreshing import cache_path

_BATCH = 250  # logs in one transaction: others wait for a moment only, and a kill loses little
_COMPLETE = "complete"


class Stand(NamedTuple):
    """How far the reading has come: files and bytes done, and of how many."""

    files: int
    files_total: int
    size: int
    size_total: int


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

    `found` logs were `read`, `unchanged` or among the `unreadable`; `sacct_files` lay beside them. Of those
    read, `moved` were known under another path, and `copies` are measured where they were found first.
    `tallies` count all that the cache now holds. `rebuilt` says that the cache was damaged or old, and built
    anew. `kept` are the prior runs that only prior-runs.jsonl has, `faults` its lines that say nothing.
    `scheduler` is why sacct did not answer, None where it did or is not here.
    """

    roots: tuple[str, ...]
    found: int
    read: int
    unchanged: int
    sacct_files: int
    moved: int
    copies: int
    unreadable: tuple[Problem, ...]
    tallies: tuple[Tally, ...]
    rebuilt: bool
    kept: int
    faults: tuple[Faulty, ...]
    scheduler: str | None


@dataclass(frozen=True, slots=True)
class How:
    """How to index: `rebuild` begins with an empty cache, `full` reads all logs, and whole.

    `sacct` are saved answers of sacct that speak of all logs; `ask` asks sacct itself where it is here, and
    `told` is what it has just said.
    """

    rebuild: bool = False
    full: bool = False
    sacct: tuple[Path, ...] = ()
    ask: bool = False
    told: str = ""


AS_USUAL = How()


def roots_of(home: Home, scratch_dir: str | None) -> tuple[Path, ...]:
    """Where logs are looked for when nobody names a place: the known roots, and the scratch folder."""
    scratch = (Path(scratch_dir),) if scratch_dir else ()
    return tuple(dict.fromkeys((*known_roots(home), *scratch)))


def index_known(home: Home, how: How = AS_USUAL) -> None:
    """Read what is new where logs are known to lie, before anything is estimated from them."""
    settings = load_settings(home)
    # The scratch folder may be large: where people have named places, those are enough.
    if roots := known_roots(home) or roots_of(home, settings.scratch_dir):
        index_logs(home, roots, settings.log_patterns, how)


def index_logs(
    home: Home,
    roots: Sequence[Path],
    patterns: Sequence[str],
    how: How = AS_USUAL,
    tell: Callable[[Stand], None] = lambda _stand: None,
) -> Indexed:
    """Read what is new or changed below the roots, and join it with what sacct says.

    A log that is gone keeps its measurements, for its run remains a prior run; `rebuild` begins with those of
    prior-runs.jsonl. A cache that had to be built, or was not finished, reads all known roots again.
    """
    with open_cache(cache_path(home), anew=how.rebuild) as cache:
        faults = import_prior_runs(cache, home)
        unfinished = cache.fact(_COMPLETE) is None
        everywhere = tuple(dict.fromkeys([*roots, *(known_roots(home) if unfinished else ())]))
        now = _Round(cache, full=how.full)
        # Those of inspect-ai, where what it takes to read them is installed.
        more = (eval_logs.PATTERN,) if eval_logs.can_read() else ()
        for item in find_logs(everywhere, (*patterns, *more)):
            now.meet(item)
        now.read_waiting(tell)
        now.read_sacct(how.sacct)
        failed = ask_scheduler(cache, now.read_paths) if how.ask else None
        if how.told:
            store_told(cache, how.told)
        if cache.fact(UNJOINED):
            join_jobs(cache)
        if unfinished:
            with cache.writing():
                cache.put("facts", [{"name": _COMPLETE, "value": "yes"}])
        return Indexed(
            roots=tuple(str(root) for root in everywhere),
            found=now.found,
            read=len(now.read_paths),
            unchanged=now.unchanged,
            sacct_files=now.sacct_files,
            moved=now.moved,
            copies=now.copies,
            unreadable=tuple(now.problems),
            tallies=_tallies(cache),
            rebuilt=cache.rebuilt and not how.rebuild,
            kept=int(str(cache.rows("SELECT count(*) AS kept FROM logs WHERE kept")[0]["kept"])),
            faults=faults,
            scheduler=failed,
        )


@dataclass
class _Round:
    """One round of indexing while it goes on."""

    cache: Cache
    full: bool
    found: int = 0
    unchanged: int = 0
    sacct_files: int = 0
    moved: int = 0
    copies: int = 0
    read_paths: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    waiting: list[Found] = field(default_factory=list)

    def __post_init__(self) -> None:
        rows = self.cache.rows(
            "SELECT path, size, mtime_ns, inode, metrics_ns, reader_version, fingerprint, kept, copy_of "
            "FROM logs"
        )
        self.known = {
            row["path"]: (
                row["size"],
                row["mtime_ns"],
                row["inode"],
                row["metrics_ns"],
                row["reader_version"],
            )
            for row in rows
        }
        self.printed = {
            _identity(str(row["path"]), row["fingerprint"]): str(row["path"])
            for row in rows
            if not row["copy_of"]
        }
        self.kept = {str(row["path"]) for row in rows if row["kept"]}

    def meet(self, item: Found | Unreadable) -> None:
        """Count what was found, and keep for reading what has changed."""
        if isinstance(item, Unreadable):
            self.problems.append(_problem(item))
            return
        self.sacct_files += item.is_sacct
        self.found += not item.is_sacct
        if not self.full and self.known.get(storable(str(item.path))) == stamp_of(item):
            self.unchanged += not item.is_sacct
        else:
            self.waiting.append(item)

    def read_waiting(self, tell: Callable[[Stand], None]) -> None:
        """Read the logs that wait, in batches; each is stored in one transaction."""
        files, size, total = 0, 0, sum(found.size for found in self.waiting)
        results = mapped(partial(rows_of, full=self.full), self.waiting)
        for start in range(0, len(self.waiting), _BATCH):
            batch = []
            for found in self.waiting[start : start + _BATCH]:
                rows = next(results)
                if isinstance(rows, Unreadable):
                    self.problems.append(_problem(rows))
                else:
                    batch.append(rows)
                    self.read_paths += [] if found.is_sacct else [str(rows.log["path"])]
                files, size = files + 1, size + found.size
                tell(Stand(files, len(self.waiting), size, total))
            self._store(batch)

    def read_sacct(self, paths: Sequence[Path]) -> None:
        """Store the saved answers of sacct that a person named."""
        for path in paths:
            data = read_bytes(path)
            if isinstance(data, Unreadable):
                self.problems.append(_problem(data))
                continue
            rows = job_rows(data.decode(errors="replace"), source=str(path), scope="")
            with self.cache.writing():
                self.cache.delete("jobs", "source", [str(path)])
                self.cache.put("jobs", rows)
                self.cache.put("facts", [{"name": UNJOINED, "value": "yes"}])

    def _store(self, batch: list[LogRows]) -> None:
        if not batch:
            return
        gone: list[object] = []
        for index, rows in enumerate(batch):
            known = self._known_as(rows)
            if known is None:
                continue
            if os.path.lexists(known) and known not in self.kept:
                batch[index] = LogRows(rows.log | {"copy_of": known})
                self.copies += 1
            else:
                gone.append(known)
                self.moved += known not in self.kept
        paths = [*gone, *(rows.log["path"] for rows in batch)]
        with self.cache.writing():
            self.cache.delete("measurements", "log_path", paths)
            self.cache.delete("jobs", "source", paths)
            self.cache.delete("logs", "path", gone)
            self.cache.put("logs", [rows.log for rows in batch])
            self.cache.put(
                "measurements", [row for rows in batch for row in measurement_rows(rows.measurements)]
            )
            self.cache.put("jobs", [row for rows in batch for row in rows.jobs])
            self.cache.put("facts", [{"name": UNJOINED, "value": "yes"}])

    def _known_as(self, rows: LogRows) -> str | None:
        """Another path under which the same log is measured already."""
        path = str(storable(rows.log["path"]))
        if rows.jobs or not rows.log["size"]:
            return None
        known = self.printed.setdefault(_identity(path, rows.log["fingerprint"]), path)
        return known if known != path else None


def _identity(path: str, fingerprint: object) -> tuple[object, ...]:
    """The same job's same log: jobs that failed alike have the same text, but not the same name and id."""
    place = place_of(path)
    return fingerprint, path.rpartition("/")[2], place.job_id, place.run_name


def _problem(unreadable: Unreadable) -> Problem:
    return Problem(str(unreadable.path), unreadable.reason)


def _tallies(cache: Cache) -> tuple[Tally, ...]:
    rows = cache.rows(
        "SELECT framework, outcome, count(*) AS jobs FROM measurements "
        "GROUP BY framework, outcome ORDER BY framework, jobs DESC, outcome"
    )
    return tuple(Tally(str(row["framework"]), str(row["outcome"]), int(str(row["jobs"]))) for row in rows)
