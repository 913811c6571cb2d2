"""One round of indexing: of what is found, what is new is read, by tasks elsewhere or here, and stored."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ckreg.adapters.cache import Cache, delete_texts, put_texts, storable
from ckreg.adapters.scan import Found, Unreadable, read_bytes
from ckreg.adapters.workers import mapped
from ckreg.core.measure.place import place_of
from ckreg.flows.elsewhere import Elsewhere
from ckreg.flows.indexed import Problem, Stand
from ckreg.flows.joining import UNJOINED
from ckreg.flows.log_rows import LogRows, job_rows, measurement_rows, rows_of, stamp_of
from ckreg.flows.texts import log_texts

_BATCH = 250  # logs in one transaction: others wait for a moment only, and a kill loses little


@dataclass
class Round:
    """One round of indexing while it goes on; `there` is what tasks elsewhere read."""

    cache: Cache
    full: bool
    there: Elsewhere = field(default_factory=Elsewhere)
    found: int = 0
    unchanged: int = 0
    sacct_files: int = 0
    moved: int = 0
    copies: int = 0
    by_tasks: int = 0
    left: int = 0
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
        elif self.there.awaits(item):
            self.left += 1
        else:
            self.waiting.append(item)

    def read_waiting(self, tell: Callable[[Stand], None], processes: int | None) -> None:
        """Read the logs that wait, in batches; each is stored in one transaction."""
        files, size, total = 0, 0, sum(found.size for found in self.waiting)
        results = mapped(self._read, self.waiting, processes)
        for start in range(0, len(self.waiting), _BATCH):
            batch = []
            for found in self.waiting[start : start + _BATCH]:
                rows = next(results)
                if isinstance(rows, Unreadable):
                    self.problems.append(_problem(rows))
                else:
                    batch.append(rows)
                    self.read_paths += [] if found.is_sacct else [str(rows.log["path"])]
                    self.by_tasks += self.there.has(found)
                files, size = files + 1, size + found.size
                tell(Stand(files, len(self.waiting), size, total))
            self._store(batch)

    def _read(self, found: Found) -> LogRows | Unreadable:
        return self.there.rows_of(found) or rows_of(found, full=self.full)

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
        measured = [row for rows in batch for row in measurement_rows(rows.measurements)]
        with self.cache.writing():
            self.cache.delete("measurements", "log_path", paths)
            delete_texts(self.cache, "path", paths)
            self.cache.delete("jobs", "source", paths)
            self.cache.delete("logs", "path", gone)
            self.cache.put("logs", [rows.log for rows in batch])
            self.cache.put("measurements", measured)
            put_texts(self.cache, log_texts(measured))
            self.cache.put("jobs", [row for rows in batch for row in rows.jobs])
            self.cache.put("facts", [{"name": UNJOINED, "value": "yes"}])

    def _known_as(self, rows: LogRows) -> str | None:
        """Another path under which the same log is measured already."""
        path = str(storable(rows.log["path"]))
        if rows.jobs or not rows.log["size"]:
            return None
        known = self.printed.setdefault(_identity(path, rows.log["fingerprint"]), path)
        return known if known != path else None


def may_be_copies(path: str) -> tuple[object, ...]:
    """What logs have in common that may be copies of each other: the name and what their places say."""
    place = place_of(path)
    return path.rpartition("/")[2], place.job_id, place.run_name


def _identity(path: str, fingerprint: object) -> tuple[object, ...]:
    """The same job's same log: jobs that failed alike have the same text, but not the same name and id."""
    return fingerprint, *may_be_copies(path)


def _problem(unreadable: Unreadable) -> Problem:
    return Problem(str(unreadable.path), unreadable.reason)
