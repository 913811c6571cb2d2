"""Commits all that waits in the spool, for everybody: one of those who wait has the lock and does it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ckreg.adapters import spool
from ckreg.adapters.clock import now
from ckreg.adapters.git import (
    Repo,
    commit_change,
    commit_message_only,
    open_repo,
    recent_events,
    recover,
    refuse_link,
    require_identity,
)
from ckreg.adapters.interrupts import interrupt_later
from ckreg.adapters.spool import Answer, Bundle
from ckreg.adapters.tree import Home
from ckreg.core.status import StatusEvent, StatusRequest
from ckreg.errors import CkregError, RefusedError
from ckreg.flows.batch import Batch, Past, document_path
from ckreg.flows.outcomes import Committed, Settled, WaitsError

Found = dict[str, tuple[Bundle, list[Settled]]]
"""What became of each bundle, by its name."""

_FRESH = timedelta(minutes=1)
_CLOCKS_DIFFER = timedelta(days=1)
# Of one commit, unless one call asked for more: a document that a person saves meanwhile has all of them read
# again, and where there are many that happens all the time.
_DOCUMENTS = 10


def commit_waiting(home: Home, found: Found, own: Bundle | None = None) -> None:
    """Commit all that waits, under the lock, and leave word for those who wait.

    `found` gets what became of each bundle, also of those that were committed before something failed. `own`
    is the bundle of the caller, who needs no word.

    Raises:
        WaitsError: git is in the middle of something; all stays in the spool.
        CkregError: git failed; what is not in `found` stays in the spool.
        KeyboardInterrupt: somebody pressed Ctrl-C meanwhile; what was begun is finished.
    """
    repo = open_repo(home.root)
    require_identity(home.root)
    _refuse_while_busy(repo)
    recover(repo)  # before anybody looks which files are there
    if not spool.is_empty(home, but=own):
        refuse_tracked(repo)
    with interrupt_later():
        bundles = spool.claim(home)
        try:
            past = _past_of(repo, bundles, own)
            for part in _parts(bundles):
                _commit(home, repo, part, past, found, own)
        finally:
            spool.give_back(home, [bundle for bundle in bundles if bundle.name not in found])
        spool.forget_old_answers(home)


def events_around(repo: Repo, requests: Sequence[StatusRequest]) -> list[StatusEvent]:
    """The status events in history from some time before the oldest of these requests on."""
    since = min([datetime.now(UTC), *(request.at for request in requests)])
    return recent_events(repo, since - _CLOCKS_DIFFER)


def past_of_new(repo: Repo, requests: Sequence[StatusRequest]) -> Past:
    """What history says that matters to requests that are in no commit: nothing, where they are fresh."""
    time = now()
    old = any(request.at < time - _FRESH for request in requests)
    ids = {request.id for request in requests}
    return Past(time, (lambda: events_around(repo, requests)) if old else list, (), ids)


def hopeless(home: Home, repo: Repo, requests: Sequence[StatusRequest]) -> dict[str, CkregError]:
    """The requests whose document is a link, or not there, with the reason; one must not stop the others."""
    found: dict[str, CkregError] = {}
    for experiment in {request.experiment for request in requests}:
        try:
            refuse_link(repo, document_path(experiment))
            if not home.summary(experiment).parent.is_dir():
                home.experiment(experiment)
        except CkregError as error:
            found |= {request.id: error for request in requests if request.experiment == experiment}
    return found


def outcome(batch: Batch, request: StatusRequest, commit: str | None) -> Settled:
    """What became of one request of a batch that is in this commit."""
    if error := batch.refused.get(request.id):
        return error
    update = batch.updates[request.id]
    if told := batch.done.get(request.id):
        return Committed(update, told.commit)
    warnings = batch.warnings.get(request.experiment, ())
    return Committed(update, commit if update.is_recorded else None, warnings)


def refuse_tracked(repo: Repo) -> None:
    """See that git tracks nothing in `.ckreg/`.

    Raises:
        RefusedError: it does: a registry from somebody else must not have its requests carried out here.
    """
    if tracked := repo.run("ls-files", "--", ".ckreg").split("\n")[0]:
        raise RefusedError(
            f"git tracks {tracked}: a spool that came with a clone is not carried out. "
            f"Look at it, then `git rm -r --cached .ckreg` and remove it."
        )


def _refuse_while_busy(repo: Repo) -> None:
    if operation := repo.under_way():
        what = operation.split()[-1]
        raise WaitsError(
            f"{repo.root}: git is in the middle of {operation}: spooled; committed when the {what} is "
            f"finished, by the next `ckreg status set` or `ckreg status flush`."
        )
    if not (repo.git_dir / "HEAD").read_bytes().startswith(b"ref:"):
        raise WaitsError(
            f"{repo.root}: HEAD is detached: spooled; `git switch` to a branch, and the next `ckreg status "
            f"set` or `ckreg status flush` commits it."
        )


def _past_of(repo: Repo, bundles: Sequence[Bundle], own: Bundle | None) -> Past:
    if own is not None and list(bundles) == [own]:
        return past_of_new(repo, own.requests)
    requests = [request for bundle in bundles for request in bundle.requests]
    left = {request.id for bundle in bundles if bundle.left_behind for request in bundle.requests}
    fresh = {request.id for request in own.requests} if own is not None and own in bundles else ()
    return Past(now(), lambda: events_around(repo, requests), left, fresh)


def _parts(bundles: Sequence[Bundle]) -> Iterator[list[Bundle]]:
    """The bundles, as many at a time as go well into a commit; the requests of one call stay together."""
    part: list[Bundle] = []
    documents: set[str] = set()
    for bundle in bundles:
        more = {request.experiment for request in bundle.requests}
        if part and len(documents | more) > _DOCUMENTS:
            yield part
            part, documents = [], set()
        part.append(bundle)
        documents |= more
    if part:
        yield part


def _commit(
    home: Home, repo: Repo, bundles: Sequence[Bundle], past: Past, found: Found, own: Bundle | None
) -> None:
    requests = _in_time_order(bundles)
    batch = Batch(home, requests, past, hopeless(home, repo, requests))
    commit = None
    try:
        commit = commit_change(repo, batch.paths, batch.plan)
        if commit is None and batch.message:
            commit = commit_message_only(repo, batch.message)
    except RefusedError as error:
        if len(bundles) > 1:  # somebody's hook refused one of them: the others must not suffer
            half = len(bundles) // 2
            _commit(home, repo, bundles[:half], past, found, own)
            _commit(home, repo, bundles[half:], past, found, own)
            return
        batch.refused = {request.id: error for request in requests}
    for bundle in bundles:
        outcomes = [outcome(batch, request, commit) for request in bundle.requests]
        found[bundle.name] = (bundle, outcomes)
        if own is None or bundle.name != own.name:
            _leave_word(home, bundle, outcomes)
        spool.remove(home, bundle)


def _in_time_order(bundles: Sequence[Bundle]) -> list[StatusRequest]:
    """All requests by the time of what happened; of the same second, as they came."""
    requests = [request for bundle in bundles for request in bundle.requests]
    return sorted(requests, key=lambda request: request.at)


def _leave_word(home: Home, bundle: Bundle, outcomes: Sequence[Settled]) -> None:
    spool.answer(home, bundle, [_as_answer(settled) for settled in outcomes])
    refused = [settled for settled in outcomes if isinstance(settled, CkregError)]
    if refused:
        spool.refuse(home, bundle.name, " ".join(map(str, refused)), refused[0].exit_code)


def _as_answer(settled: Settled) -> Answer:
    if isinstance(settled, CkregError):
        return Answer(error=str(settled), exit_code=settled.exit_code)
    update = settled.update
    cells: Mapping[str, str] = update.cells
    return Answer(
        commit=settled.commit,
        cells=cells,
        old=update.old,
        new=update.new,
        overtaken=update.overtaken,
        warnings=settled.warnings,
    )
