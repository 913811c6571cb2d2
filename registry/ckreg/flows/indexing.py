"""Reads the logs of prior runs into the cache: those that are new or changed since they were last read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ckreg.adapters import eval_logs, shards
from ckreg.adapters.cache import Cache, known_roots, open_cache
from ckreg.adapters.config import load_settings
from ckreg.adapters.scan import Found, Unreadable, find_logs
from ckreg.adapters.tree import Home, can_be_written
from ckreg.core.settings import Settings
from ckreg.errors import UsageError
from ckreg.flows.accounting import ask_scheduler, store_told
from ckreg.flows.caching import cache_path
from ckreg.flows.elsewhere import Elsewhere, elsewhere
from ckreg.flows.index_round import Round
from ckreg.flows.indexed import AS_USUAL, How, Indexed, Problem, Stand, Tally
from ckreg.flows.joining import UNJOINED, join_jobs
from ckreg.flows.kept import import_prior_runs

__all__ = [
    "AS_USUAL",
    "How",
    "Indexed",
    "Problem",
    "Stand",
    "Tally",
    "index_known",
    "index_logs",
    "logs_below",
    "nowhere",
    "roots_of",
    "searched",
]

_COMPLETE = "complete"


def roots_of(home: Home, scratch_dir: str | None) -> tuple[Path, ...]:
    """Where logs are looked for when nobody names a place: the known roots, and the scratch folder."""
    scratch = (Path(scratch_dir),) if scratch_dir else ()
    return tuple(dict.fromkeys((*known_roots(home), *scratch)))


def searched(home: Home, settings: Settings, paths: Sequence[Path], *, rebuild: bool) -> tuple[Path, ...]:
    """Where to look when a person names `paths`: there; without any, or for a rebuild, all over."""
    return tuple(paths) if paths and not rebuild else (*paths, *roots_of(home, settings.scratch_dir))


def nowhere() -> UsageError:
    """What to say where nothing is known and nothing was named."""
    return UsageError(
        "There is nowhere to look for logs. Name a folder (`ckreg index /scratch/me`), or set "
        "scratch_dir in ckreg.toml or claude.local.md."
    )


def index_known(home: Home, how: How = AS_USUAL, experiments: Iterable[str] = ()) -> bool:
    """Read what is new where logs are known to lie, before anything is estimated from them.

    What the jobs of `experiments` write is read, too, wherever else people have said that logs lie. False
    says that the registry cannot be written, as on somebody else's disk: what its cache knows is all then.
    """
    if not can_be_written(cache_path(home)):
        return False
    settings = load_settings(home)
    # The scratch folder may be large: where people have named places, those are enough.
    roots = known_roots(home) or roots_of(home, settings.scratch_dir)
    if roots:
        index_logs(home, (*roots, *_written_to(settings, experiments, roots)), settings.log_patterns, how)
    return True


def _written_to(settings: Settings, experiments: Iterable[str], roots: Sequence[Path]) -> Iterator[Path]:
    """The folders that `ckreg scaffold` has jobs write to, as far as they are there and in no root."""
    if settings.scratch_dir:
        for name in sorted(set(experiments)):
            folder = Path(settings.scratch_dir, name)
            if folder.is_dir() and not any(folder.is_relative_to(root) for root in roots):
                yield folder


def index_logs(
    home: Home,
    roots: Sequence[Path],
    patterns: Sequence[str],
    how: How = AS_USUAL,
    tell: Callable[[Stand], None] = lambda _stand: None,
) -> Indexed:
    """Read what is new or changed below the roots, and join it with what sacct says.

    A log that is gone keeps its measurements, for its run remains a prior run; `rebuild` begins with those of
    prior-runs.jsonl. A cache that had to be built, or was not finished, reads all known roots again. What the
    tasks of `--slurm` have read is taken from them; what they are still to read is left to them.
    """
    there = Elsewhere() if how.full else elsewhere(home, leave_missing=how.leave_missing)
    with open_cache(cache_path(home), anew=how.rebuild) as cache:
        faults = import_prior_runs(cache, home)
        unfinished = cache.fact(_COMPLETE) is None
        more = known_roots(home) if unfinished else ()
        if there.over:  # all that was read elsewhere must be met, for it is forgotten then
            more = roots_of(home, load_settings(home).scratch_dir)
        everywhere = tuple(dict.fromkeys([*roots, *more]))
        now = Round(cache, full=how.full, there=there)
        for item in logs_below(everywhere, patterns):
            now.meet(item)
        now.read_waiting(tell, how.processes)
        now.read_sacct(how.sacct)
        failed = ask_scheduler(cache, now.read_paths) if how.ask else None
        if how.told:
            store_told(cache, how.told)
        if cache.fact(UNJOINED):
            join_jobs(cache)
        if unfinished and not now.left:
            with cache.writing():
                cache.put("facts", [{"name": _COMPLETE, "value": "yes"}])
        for job in there.over:
            shards.remove(home, job)
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
            by_tasks=now.by_tasks,
            left=now.left,
            task_notes=tuple(there.said),
        )


def logs_below(roots: Sequence[Path], patterns: Sequence[str]) -> Iterator[Found | Unreadable]:
    """All logs; those of inspect-ai, too, where what it takes to read them is installed."""
    more = (eval_logs.PATTERN,) if eval_logs.can_read() else ()
    return find_logs(roots, (*patterns, *more))


def _tallies(cache: Cache) -> tuple[Tally, ...]:
    rows = cache.rows(
        "SELECT framework, outcome, count(*) AS jobs FROM measurements "
        "GROUP BY framework, outcome ORDER BY framework, jobs DESC, outcome"
    )
    return tuple(Tally(str(row["framework"]), str(row["outcome"]), int(str(row["jobs"]))) for row in rows)
