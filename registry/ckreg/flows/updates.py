"""Applies requests to change a status: spool, lock, edit, one commit for all that wait."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ckreg.adapters import spool
from ckreg.adapters.git import (
    Change,
    Repo,
    Texts,
    commit_change,
    open_repo,
    refuse_link,
    refuse_unless_free,
    require_identity,
)
from ckreg.adapters.tree import EXPERIMENTS, PRIOR_RUNS, SUMMARY, Home, locked
from ckreg.core.status import Status, StatusRequest
from ckreg.core.summary.edit import NONE, changed_cells, key_of, touched, with_cells
from ckreg.core.summary.rows import find_row
from ckreg.core.update import Update, message
from ckreg.errors import BusyError, CkregError, NotFoundError, OutsideError, RefusedError


@dataclass(frozen=True, slots=True)
class Committed:
    """A request that was carried out; `commit` is None where the row said all of it already."""

    update: Update
    commit: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A document before and after a request, as it lies in the folder."""

    path: str
    before: str
    after: str


class AnsweredError(CkregError):
    """The refusal that another process left for our request, with its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def apply(home: Home, request: StatusRequest, *, timeout_seconds: float = 60.0) -> Committed:
    """Carry out a request and all others that wait in the spool; returns when it is in a commit.

    Raises:
        RefusedError, NotFoundError, MalformedError: this request cannot be carried out; nothing was changed.
        BusyError: git is in the middle of something, or the lock stayed held; the request stays in the spool.
    """
    repo = open_repo(home.root)
    require_identity(home.root)
    path = spool.put(home, request)
    try:
        return _apply_spooled(home, repo, request, timeout_seconds)
    except BusyError as error:
        raise BusyError(
            f"{error} The request is kept and committed by the next `ckreg status set`."
        ) from None
    except BaseException:
        spool.remove(path)
        raise


def apply_all(
    home: Home, requests: Sequence[StatusRequest], *, timeout_seconds: float = 60.0
) -> list["Committed | CkregError"]:
    """Carry out several requests in one commit; for each what became of it."""
    repo = open_repo(home.root)
    require_identity(home.root)
    paths = [spool.put(home, request) for request in requests]
    results: list[Committed | CkregError] = []
    try:
        last: Committed | CkregError = _apply_spooled(home, repo, requests[-1], timeout_seconds)
    except BusyError:
        for path in paths:
            spool.remove(path)
        raise
    except CkregError as error:
        last = error
    for request in requests[:-1]:
        told = spool.take_answer(home, request.id)
        if told is None:
            results.append(OutsideError("lost"))
        elif told.error is not None:
            results.append(AnsweredError(told.error, told.exit_code))
        else:
            results.append(Committed(Update(request, told.cells, told.old, told.new), told.commit))
    return [*results, last]


def preview(home: Home, request: StatusRequest) -> Preview:
    """What a request would do to the document in the folder.

    Raises:
        CkregError: as `apply`.
    """
    shown: list[Preview] = []

    def plan(old: Mapping[str, Texts]) -> Change:
        path = document_path(request)
        texts, _ = _with_update(old[path], request, path)
        shown.append(Preview(path, old[path].working or "", texts.working or ""))
        return Change(old, "")

    commit_change(open_repo(home.root), [document_path(request)], plan)
    return shown[-1]


def document_path(request: StatusRequest) -> str:
    """The path of the request's document, relative to the registry."""
    return f"{EXPERIMENTS}/{request.experiment}/{SUMMARY}"


def _apply_spooled(home: Home, repo: Repo, request: StatusRequest, timeout_seconds: float) -> Committed:
    refuse_unless_free(repo)
    with locked(home, timeout_seconds=timeout_seconds):
        told = spool.take_answer(home, request.id)
        if told is None:
            return _flush(home, repo, request)
    if told.error is not None:
        raise AnsweredError(told.error, told.exit_code)
    return Committed(Update(request, told.cells, told.old, told.new), told.commit)


def _flush(home: Home, repo: Repo, own: StatusRequest) -> Committed:
    """Commit all that waits; answer the others, and give or raise what became of our own."""
    waiting = spool.waiting(home)
    done = _committed_before(repo, waiting, own)
    batch = Batch(home, [item.request for item in waiting], _behind_links(repo, waiting), own.id, done)
    commit = commit_change(repo, batch.paths, batch.plan)
    for item in waiting:
        if item.request.id != own.id:
            spool.answer(home, item.request.id, batch.answer(item.request.id, commit))
            if item.request.id in batch.refused:
                spool.refuse(home, item.path)
        spool.remove(item.path)
    spool.forget_old_answers(home)
    if own.id in batch.refused:
        raise batch.refused[own.id]
    if own.id not in batch.updates:
        raise OutsideError(f"Somebody removed the request from {home.state / 'spool'}; nothing was changed.")
    update = batch.updates[own.id]
    return Committed(update, commit if update.cells else None, batch.warnings)


def _behind_links(repo: Repo, waiting: Sequence[spool.Waiting]) -> dict[str, CkregError]:
    """The requests whose document is a link, with the reason; one must not stop the others."""
    found: dict[str, CkregError] = {}
    for item in waiting:
        try:
            refuse_link(repo, document_path(item.request))
        except RefusedError as error:
            found[item.request.id] = error
    return found


def _committed_before(repo: Repo, waiting: Sequence[spool.Waiting], own: StatusRequest) -> set[str]:
    """The ids that trailers have already: left behind by a process that was killed after its commit."""
    others = [item for item in waiting if item.request.id != own.id]
    if not others or repo.head() is None:
        return set()
    if tracked := repo.run("ls-files", "--", ".ckreg").split("\n")[0]:
        raise RefusedError(
            f"git tracks {tracked}: a spool that came with a clone is not carried out. "
            f"Look at it, then `git rm -r --cached .ckreg` and remove it."
        )
    oldest = min(item.request.at for item in others)
    history = repo.run("log", f"--since={oldest.isoformat()}", "--format=%(trailers:key=Ckreg-Status)")
    return {item.request.id for item in others if f'"id": "{item.request.id}"' in history}


class Batch:
    """Several requests applied to their documents in one go; one that is refused leaves the others alone."""

    def __init__(
        self,
        home: Home,
        requests: Sequence[StatusRequest],
        hopeless: Mapping[str, CkregError],
        own: str,
        done: Collection[str],
    ) -> None:
        self.requests = [request for request in requests if request.id not in hopeless]
        self.home = home
        self.hopeless = hopeless
        self.own = own
        self.done = done
        self.updates: dict[str, Update] = {}
        self.refused: dict[str, CkregError] = dict(hopeless)
        self.warnings: tuple[str, ...] = ()
        self.unsealed = set(self._unsealed())

    @property
    def paths(self) -> list[str]:
        """The files that the requests are about: documents, and what is kept of runs that complete."""
        completing = any(request.status is Status.COMPLETED for request in self.requests)
        documents = {document_path(request) for request in self.requests}
        unsealed = {path for experiment in self.unsealed for path in _seal_paths(experiment)}
        return sorted(documents | unsealed | ({PRIOR_RUNS} if completing else set()))

    def plan(self, old: Mapping[str, Texts]) -> Change:
        """The documents with all requests applied, and the commit's message."""
        self.updates, self.refused, self.warnings = {}, dict(self.hopeless), ()
        texts = dict(old)
        for request in self.requests:
            path = document_path(request)
            try:
                edited, update = _with_update(texts[path], request, path)
            except CkregError as error:
                self.refused[request.id] = error
                continue
            if request.id in self.done and update.cells:
                update = replace(update, cells={}, new=update.old)  # history has gone on since
            elif request.id != self.own and not update.cells:
                texts[path] = _caught_up(texts[path], request, path)
            else:
                texts[path] = edited
            self.updates[request.id] = update
        jobs = {update.job for update in self.updates.values() if update.completes and update.job}
        if jobs:
            texts |= _kept(self.home, jobs, texts)
        said = message([update for update in self.updates.values() if update.cells])
        for experiment in sorted(self._leaving_pending()):
            said += self._sealed(experiment, texts)
        return Change(texts, said)

    def _unsealed(self) -> Iterator[str]:
        """The experiments of which a run may leave `pending` now, and which may have no seal yet.

        A seal in the folder is enough for our own request. One that was left behind by a killed process may
        have left the seal behind, too. Nothing is written through links.
        """
        for request in self.requests:
            seal, estimates = (self.home.root / path for path in _seal_paths(request.experiment))
            known = request.id == self.own and seal.exists()
            linked = seal.is_symlink() or estimates.is_symlink()
            if request.status not in {None, Status.PENDING} and not known and not linked:
                yield request.experiment

    def _leaving_pending(self) -> set[str]:
        left = {
            update.request.experiment
            for update in self.updates.values()
            if "Status" in update.cells and update.old == Status.PENDING
        }
        return left & self.unsealed

    def _sealed(self, experiment: str, texts: dict[str, Texts]) -> str:
        """Put the seal beside a status, for the same commit; the trailer. No status waits for a seal."""
        from ckreg.flows.sealing import first_seal, trailer  # noqa: PLC0415  # needed once an experiment

        path = _seal_paths(experiment)[0]
        try:
            seal = first_seal(texts, experiment)
        except CkregError as error:
            self.warnings = (*self.warnings, f"The plan could not be sealed: {error}")
            return ""
        if seal is None:
            return ""
        texts[path] = Texts(seal.text, seal.text, seal.text)
        return f"{trailer(seal)}\n"

    def answer(self, request_id: str, commit: str | None) -> spool.Answer:
        """The word for the process that waits for a request of this batch."""
        if error := self.refused.get(request_id):
            return spool.Answer(error=str(error), exit_code=error.exit_code)
        update = self.updates[request_id]
        return spool.Answer(
            commit=commit if update.cells else None, cells=update.cells, old=update.old, new=update.new
        )


def _seal_paths(experiment: str) -> tuple[str, str]:
    """The seal, and the estimates that it is made of as well."""
    return f"{EXPERIMENTS}/{experiment}/plan.seal", f"{EXPERIMENTS}/{experiment}/estimates.json"


def _with_update(texts: Texts, request: StatusRequest, where: str) -> tuple[Texts, Update]:
    if texts.committed is None or texts.working is None:
        raise NotFoundError(
            f"{where} is not {'committed' if texts.committed is None else 'there'}. "
            f"`git {'add` and `git commit' if texts.committed is None else 'restore'}` it, then try again."
        )
    row = find_row(texts.committed, key_of(request), where)
    cells = changed_cells(row, request, where)
    old = row.value("Status") or ""

    def edit(text: str | None) -> str | None:
        return None if text is None else with_cells(text, key_of(request), cells, where)

    job = cells.get("Job ID", row.value("Job ID"))
    return texts.map(edit), Update(request, cells, old, cells.get("Status", old), job)


def _kept(home: Home, jobs: Collection[str], texts: Mapping[str, Texts]) -> dict[str, Texts]:
    """What was measured of these jobs, kept in the commit that says that they are completed.

    A cache that cannot be asked holds up no status: `ckreg index --keep` keeps the rest.
    """
    from ckreg.flows.keeping import prior_run_edits  # noqa: PLC0415  # SQLite and the log readers, 60 ms

    try:
        edits = prior_run_edits(home, jobs)
        return {path: texts[path].map(edit) for path, edit in edits.items()}
    except CkregError:
        return {}


def _caught_up(texts: Texts, request: StatusRequest, where: str) -> Texts:
    """Bring what is staged and what lies in the folder up to a change that is in HEAD already.

    Its process was killed after the commit, or between git's steps. Where the status is as in HEAD the times
    are left alone: somebody may be correcting them.
    """
    key = key_of(request)
    committed = find_row(texts.committed or "", key, where)

    def edit(text: str | None) -> str | None:
        if text is None or text == texts.committed:
            return text
        behind = find_row(text, key, where).value("Status") != committed.value("Status")
        columns = [column for column in touched(request, times=behind) if column in committed.columns]
        return with_cells(text, key, {column: committed.value(column) or NONE for column in columns}, where)

    return Texts(texts.committed, edit(texts.staged), edit(texts.working))
