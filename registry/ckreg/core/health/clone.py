"""Rules about a clone: what lies in `.ckreg/` and in git's folder."""

from collections.abc import Collection, Iterator, Sequence

from ckreg.core.health.finding import Finding, ok, warn, wrong
from ckreg.core.text import one_line
from ckreg.core.units import counted, duration

SPOOL_OLD_SECONDS = 15 * 60
_SHOWN = 10
_GIT_SECONDS = 10.0  # a git on another host may be that old, and still at work


def tracked(paths: Sequence[str]) -> Finding:
    """Nothing that is one person's or one clone's is in git."""
    if not paths:
        return ok("tracked", "git tracks nothing that is a person's or a clone's own.")
    shown = ", ".join(map(one_line, paths[:3])) + (" ..." if len(paths) > 3 else "")  # noqa: PLR2004  # some will do
    return wrong(
        "tracked",
        f"git tracks {shown}: what somebody else committed there is not used.",
        "Look at it, then `git rm -r --cached` it and commit.",
    )


def merges(faults: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """Merges that were made without ckreg, on a web page say, left documents whole; faults have remedies."""
    if not faults:
        yield ok("merges", "The last merges left every row once, and no conflict markers.")
    for message, remedy in faults[:_SHOWN]:
        yield wrong("merges", one_line(message), remedy)
    if more := faults[_SHOWN:]:
        yield wrong("merges", f"{counted(len(more), 'more fault')} of merges.", more[0][1])


def index_lock(age_seconds: float | None, running: bool | None) -> Finding:
    """No lock was left behind by a git that was killed; `running` is whether a git works here, if known."""
    if age_seconds is None:
        return ok("index.lock", "No git was killed here in the middle of a change.")
    since = duration(age_seconds)
    if running or age_seconds < _GIT_SECONDS:
        return ok("index.lock", f"A git is at work here (index.lock is {since} old).")
    if running is None:
        return warn(
            "index.lock",
            f"git's index.lock is {since} old; gits of others run on this host, perhaps here.",
            "Wait for them; if it stays, `rm $(git rev-parse --git-path index.lock)`.",
        )
    return wrong(
        "index.lock",
        f"git's index.lock is {since} old and no git runs on this host: nothing can be committed.",
        "If no git runs on another host either: `rm $(git rev-parse --git-path index.lock)`.",
    )


def under_way(operation: str | None, detached: bool) -> Finding:
    """Git is free to commit."""
    if operation:
        return warn(
            "git state",
            f"{operation[:1].upper()}{operation[1:]} is under way: what jobs report waits in the spool.",
            "Finish it (`git status` says how), then `ckreg status flush`.",
        )
    if detached:
        return warn(
            "git state",
            "HEAD is detached: what jobs report waits in the spool.",
            "`git switch BRANCH`, then `ckreg status flush`.",
        )
    return ok("git state", "No merge or rebase is under way.")


def spool(ages: Collection[float]) -> Finding:
    """Nothing has waited in the spool for long; ages are in seconds."""
    if not ages:
        return ok("spool", "Nothing waits in the spool.")
    waits = f"{counted(len(ages), 'status request')} in the spool, the oldest since {duration(max(ages))}."
    if max(ages) < SPOOL_OLD_SECONDS:
        return ok("spool", waits)
    return warn("spool", waits, "`ckreg status flush` on a host that commits.")


def refused(ages: Collection[float]) -> Finding:
    """Nobody waits for a change that was refused."""
    if not ages:
        return ok("refused", "No request was refused.")
    number = counted(len(ages), "request")
    return warn(
        "refused",
        f"{number} could not be carried out, the newest {duration(min(ages))} ago.",
        "`ckreg status flush` tells why.",
    )


def unfinished(age_seconds: float | None) -> Finding:
    """No ckreg was killed in the middle of a change; the age is that of its intent record."""
    if age_seconds is None:
        return ok("unfinished", "No change was left half done.")
    if age_seconds < _GIT_SECONDS:
        return ok("unfinished", "A change is being made just now.")
    return warn(
        "unfinished",
        f"A ckreg was killed {duration(age_seconds)} ago in the middle of a change.",
        "`ckreg doctor --fix` finishes or undoes it, as the next change does.",
    )


def leftovers(names: Collection[str]) -> Finding:
    """No files of killed processes lie about in `.ckreg/`."""
    if not names:
        return ok("leftovers", "No files of killed processes lie in .ckreg/.")
    number = counted(len(names), "file")
    return warn(
        "leftovers", f"{number} of killed processes in .ckreg/.", "`ckreg doctor --fix` removes them."
    )


def commit_hosts(host: str, commits: bool, in_job: bool) -> Finding:
    """On a filesystem that several hosts share this one commits, or is known not to."""
    name = one_line(host)
    if commits:
        return ok("hosts", f"{name} commits; others that .ckreg/commit_hosts does not name spool.")
    if in_job:
        return ok("hosts", f"{name} does not commit (this is a job): its reports wait in the spool.")
    return warn(
        "hosts",
        f"{name} does not commit: .ckreg/commit_hosts does not name it.",
        f"Add `{name}` there if it should.",
    )


def cache(fault: str | None, there: bool) -> Finding:
    """The cache can be read."""
    if fault:
        return warn("cache", f"The cache cannot be read: {one_line(fault)}.", "`ckreg index --rebuild`.")
    return ok(
        "cache", "The cache can be read." if there else "There is no cache yet; the first query makes it."
    )
