"""Several requests applied to their documents in one go; one that is refused leaves the others alone."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ckreg.adapters.git import Change, Texts
from ckreg.adapters.tree import EXPERIMENTS, PRIOR_RUNS, SUMMARY, Home
from ckreg.core.overtaken import is_overtaken
from ckreg.core.status import Source, Status, StatusEvent, StatusRequest
from ckreg.core.summary.edit import NONE, changed_cells, key_of, old_status, touched, with_cells
from ckreg.core.summary.rows import FoundRow, find_row
from ckreg.core.update import Update, message
from ckreg.errors import CkregError, NotFoundError
from ckreg.flows.together import together


class Past(NamedTuple):
    """What a batch has to know of what went before.

    `events` gives the recent ones, as they are in HEAD when it is called: a `git commit` may outlive the
    ckreg that called it. `left_behind` are the requests that some process died over, `fresh` those that are
    in no commit for sure.
    """

    now: datetime
    events: Callable[[], Sequence[StatusEvent]]
    left_behind: Collection[str] = ()
    fresh: Collection[str] = ()


def document_path(experiment: str) -> str:
    """The path of an experiment's document, relative to the registry."""
    return f"{EXPERIMENTS}/{experiment}/{SUMMARY}"


class Batch:
    """Requests, in the order in which they are applied; after `plan` what becomes of each, by its id.

    `hopeless` are those that are refused without a look into their document.
    """

    def __init__(
        self, home: Home, requests: Iterable[StatusRequest], past: Past, hopeless: Mapping[str, CkregError]
    ) -> None:
        self.requests = [request for request in requests if request.id not in hopeless]
        self.home = home
        self.past = past
        self.events: Sequence[StatusEvent] = ()
        self.done: Mapping[str, StatusEvent] = {}
        self.hopeless = hopeless
        self.updates: dict[str, Update] = {}
        self.refused: dict[str, CkregError] = dict(hopeless)
        self.warnings: dict[str, tuple[str, ...]] = {}
        self.message = ""
        self.unsealed = set(self._unsealed())

    @property
    def paths(self) -> list[str]:
        """The files that the requests are about: documents, and what is kept of runs that complete."""
        completing = any(
            request.status is Status.COMPLETED or (request.status is None and request.by in _MEASURED)
            for request in self.requests
        )
        documents = {document_path(request.experiment) for request in self.requests}
        unsealed = {path for experiment in self.unsealed for path in _seal_paths(experiment)}
        return sorted(documents | unsealed | ({PRIOR_RUNS} if completing else set()))

    def plan(self, old: Mapping[str, Texts]) -> Change:
        """The documents with all requests applied, and the commit's message."""
        self.events = self.past.events()
        self.done = {event.id: event for event in self.events}
        tried, self.updates, self.refused, self.warnings = self.updates, {}, dict(self.hopeless), {}
        texts = dict(old)
        self._apply_plain(texts, tried)
        for request in self.requests:
            if request.id in self.updates or request.id in self.refused:
                continue  # somebody copied a file in the spool
            path = document_path(request.experiment)
            try:
                texts[path] = self._applied(texts[path], request, path, tried.get(request.id))
            except CkregError as error:
                self.refused[request.id] = error
        jobs = {update.job for update in self.updates.values() if _is_measured(update) and update.job}
        if jobs:
            texts |= _kept(self.home, jobs, texts)
        self.message = message([update for update in self.updates.values() if update.is_recorded])
        for experiment in sorted(self._leaving_pending()):
            self.message += self._sealed(experiment, texts)
        return Change(texts, self.message)

    def _apply_plain(self, texts: dict[str, Texts], tried: Collection[str]) -> None:
        """Apply many requests at once to documents where nothing is to be known but their rows."""
        by_path: dict[str, dict[str, StatusRequest]] = {}
        for request in self.requests:
            by_path.setdefault(document_path(request.experiment), {})[request.id] = request
        known = {*self.done, *tried, *self.past.left_behind}
        for path, requests in by_path.items():
            if known.isdisjoint(requests):
                wanted = list(requests.values())
                texts[path], updates = together(texts[path], wanted, self.events, self.past.now, path)
                self.updates |= updates

    def _applied(self, texts: Texts, request: StatusRequest, path: str, tried: Update | None) -> Texts:
        if told := self.done.get(request.id):
            before, after = told.from_status or "", told.to_status or ""
            self.updates[request.id] = Update(request, {}, before, after)
            return _caught_up(texts, request, path)
        edited, update = self._with_update(texts, request, path)
        swept = (tried is not None and tried.cells) or request.id in self.past.left_behind
        if swept and not update.cells and not update.overtaken:
            # Somebody's `git commit -a` took the change along before we, or whoever died, could commit it. It
            # is in HEAD, nothing tells of it, and the file may have been put back to what it was.
            edited = _caught_up(texts, request, path)
            update = tried if tried and tried.cells else replace(update, swept=True)
        self.updates[request.id] = update
        return edited

    def _with_update(self, texts: Texts, request: StatusRequest, where: str) -> tuple[Texts, Update]:
        if texts.committed is None or texts.working is None:
            raise NotFoundError(
                f"{where} is not {'committed' if texts.committed is None else 'there'}. "
                f"`git {'add` and `git commit' if texts.committed is None else 'restore'}` it and try again."
            )
        row = find_row(texts.committed, key_of(request), where)
        old = row.value("Status") or ""
        if request.status is not None and is_overtaken(
            row, old_status(row, where), request, self.events, self.past.now
        ):
            return texts, Update(request, {}, old, old, row.value("Job ID"), overtaken=True)
        cells = changed_cells(row, request, where)

        def edit(text: str | None) -> str | None:
            return None if text is None else with_cells(text, key_of(request), cells, where)

        job = cells.get("Job ID", row.value("Job ID"))
        return texts.map(edit), Update(request, cells, old, cells.get("Status", old), job)

    def _unsealed(self) -> Iterator[str]:
        """The experiments of which a run may leave `pending` now, and which may have no seal yet.

        A seal in the folder is enough, but a process that was killed may have left the seal behind with its
        request. Nothing is written through links.
        """
        for request in self.requests:
            seal, estimates = (self.home.root / path for path in _seal_paths(request.experiment))
            known = request.id in self.past.fresh and seal.exists()
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
            self.warnings[experiment] = (f"The plan could not be sealed: {error}",)
            return ""
        if seal is None:
            return ""
        texts[path] = Texts(seal.text, seal.text, seal.text)
        return f"{trailer(seal)}\n"


# Who looks at logs before they tell; what a job says of itself comes before anybody has read its log.
_MEASURED = frozenset({Source.SACCT, Source.LOG})


def _is_measured(update: Update) -> bool:
    """Whether there is something to keep: of what completes now, or has completed by its own word before."""
    told = bool(update.cells) and update.new == Status.COMPLETED and update.request.by in _MEASURED
    return update.completes or told


def _seal_paths(experiment: str) -> tuple[str, str]:
    """The seal, and the estimates that it is made of as well."""
    return f"{EXPERIMENTS}/{experiment}/plan.seal", f"{EXPERIMENTS}/{experiment}/estimates.json"


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

    Its process was killed after the commit, or between git's steps. Where history has gone on since, nothing
    is done; where the status is as in HEAD the times are left alone: somebody may be correcting them.
    """
    key = key_of(request)
    committed = find_row(texts.committed or "", key, where)
    if _has_gone_on(committed, request, where):
        return texts

    def edit(text: str | None) -> str | None:
        if text is None or text == texts.committed:
            return text
        behind = find_row(text, key, where).value("Status") != committed.value("Status")
        columns = [column for column in touched(request, times=behind) if column in committed.columns]
        return with_cells(text, key, {column: committed.value(column) or NONE for column in columns}, where)

    return Texts(texts.committed, edit(texts.staged), edit(texts.working))


def _has_gone_on(committed: FoundRow, request: StatusRequest, where: str) -> bool:
    try:
        return bool(changed_cells(committed, request, where))
    except CkregError:
        return True
