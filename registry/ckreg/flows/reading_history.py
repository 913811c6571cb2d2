"""Brings the cache's tables of git's history up to date: only commits that it does not know are read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ckreg.adapters.cache import Cache, Row, delete_commit_texts, delete_texts, put_texts
from ckreg.adapters.git import Commit, Standing, Touched, contents, grown, open_repo, standing, touched
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home
from ckreg.core.commit_lines import commit_line
from ckreg.core.hand_edits import EVIDENCE, Statuses, hand_edits, only_planned, same_rows, statuses
from ckreg.core.status import Source, StatusEvent
from ckreg.core.trailers import told_events, trailer_value
from ckreg.errors import CkregError
from ckreg.flows.texts import history_texts

_TABLES = ("status_events", "commits")
_HEAD, _VIEW = "last_commit", "history_view"
_IN_DOCUMENT = 3  # experiments/NAME/experiment_summary.md
_AT_ONCE = 2000

Events = Mapping[str, Sequence[StatusEvent]]


def refresh_history(cache: Cache, home: Home, at: str | None = None) -> int:
    """Add what commits tell that are new, and forget those that HEAD, or commit `at`, does not reach.

    Returns:
        How many commits were read.
    """
    known, view = cache.fact(_HEAD), cache.fact(_VIEW) or ""
    try:
        more = _told_since(home, known, view, at)
    except CkregError:  # no git here: a registry that was only copied can still be asked
        return 0
    if more is None:
        return 0
    _put(cache, more, known)
    return len(more.commits)


class _Told(NamedTuple):
    """What commits tell that are new, by their ids; `anew` says that nothing else is known any more."""

    now: Standing
    anew: bool
    commits: Mapping[str, Commit]
    gone: Sequence[str]
    files: Mapping[str, Sequence[Touched]]
    events: Mapping[str, Sequence[StatusEvent]]


def _told_since(home: Home, known: str | None, view: str, at: str | None) -> _Told | None:
    """What git tells beyond commit `known`, looked at in that `view`; None where there is nothing more."""
    now = standing(home)
    if now is None:
        return None
    now = now if at is None else now._replace(head=at)
    # Looked at in another way than then, the same commits may reach others.
    before = known if view == now.view else None
    if before == now.head:
        return None
    more = grown(home, now.head, before)
    if more is None and before is not None:  # what was known is not here any more
        before, more = None, grown(home, now.head, None)
    if more is None:
        return None
    commits = {commit.id: commit for commit in more.new}
    events = {commit.id: list(told_events(commit.message, commit.id, commit.author)) for commit in more.new}
    asked = [commit.id for commit in more.new if not _speaks_for_itself(commit, events[commit.id])]
    files = touched(home, [commit for commit in asked if commit not in now.bounds])
    for event in _by_hand(home, commits, files, events):
        events[event.commit].append(event)
    return _Told(now, before is None, commits, more.gone, files, events)


def _put(cache: Cache, more: _Told, known: str | None) -> None:
    with cache.writing():
        if cache.fact(_HEAD) != known:  # another ckreg was faster
            return
        if more.anew:
            cache.clear(*_TABLES)
            delete_commit_texts(cache)
        for table in _TABLES:
            cache.delete(table, "commit_id", more.gone)
        delete_texts(cache, "commit_id", more.gone)
        first = _next_place(cache)
        events, commits = list(_event_rows(more, first)), list(_commit_rows(more, first))
        cache.put("status_events", events)
        cache.put("commits", commits)
        put_texts(cache, history_texts(events, commits))
        facts = {_HEAD: more.now.head, _VIEW: more.now.view}
        cache.put("facts", ({"name": name, "value": value} for name, value in facts.items()))


def _speaks_for_itself(commit: Commit, events: Sequence[StatusEvent]) -> bool:
    """Whether ckreg made this commit for these statuses alone, and nobody has laid hands on it since.

    Most commits are such; what they changed need not be looked at.
    """
    others = (trailer_value(commit.message, name) for name in ("Ckreg-Seal", "Ckreg-Amend"))
    return bool(events) and commit.as_made and commit.message.startswith("status: ") and not any(others)


def _by_hand(
    home: Home, commits: Mapping[str, Commit], files: Mapping[str, Sequence[Touched]], told: Events
) -> Iterator[StatusEvent]:
    """The status changes of which no trailer tells, oldest first."""
    documents = [
        (commit, file)
        for commit in commits
        for file in files.get(commit, ())
        if file.blob is not None and _is_document(file.path)
    ]
    repo = open_repo(home.root) if documents else None
    for start in range(0, len(documents), _AT_ONCE):
        part = documents[start : start + _AT_ONCE]
        texts = _Texts(contents(repo, _blobs(file for _, file in part)) if repo else {})
        for commit, file in part:
            yield from _edited(commits[commit], file, texts, told[commit])


def _is_document(path: str) -> bool:
    return path.endswith(f"/{SUMMARY}") and len(path.split("/")) == _IN_DOCUMENT


def _blobs(files: Iterable[Touched]) -> Iterator[str]:
    return (blob for file in files for blob in (*file.parents, file.blob) if blob is not None)


class _Texts:
    """Documents by blob, each read once."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self._read: dict[str | None, Statuses] = {None: {}}

    def statuses(self, blob: str | None) -> Statuses:
        if blob not in self._read and blob is not None:
            self._read[blob] = statuses(self.texts[blob])
        return self._read[blob]


def _edited(
    commit: Commit, file: Touched, texts: _Texts, told: Sequence[StatusEvent]
) -> Iterator[StatusEvent]:
    blobs = [blob for blob in (*file.parents, file.blob) if blob is not None]
    if any(blob not in texts.texts for blob in blobs):  # no text, or not here
        return
    now = texts.texts[blobs[-1]]
    if not any(file.parents) and only_planned(now):
        return
    if any(blob is not None and same_rows(texts.texts[blob], now) for blob in file.parents):
        return
    experiment = file.path.split("/")[1]
    own = [event for event in told if event.experiment == experiment]
    parents = [texts.statuses(blob) for blob in file.parents]
    for number, edit in enumerate(hand_edits(parents, texts.statuses(file.blob), own)):
        yield StatusEvent(
            commit=commit.id,
            author=commit.author,
            id=f"{commit.id}-{experiment}-{number}",
            experiment=experiment,
            run=edit.row.run,
            at=commit.at,
            task=edit.row.task,
            epoch=edit.row.epoch,
            from_status=edit.old,
            to_status=edit.new,
            job=edit.job,
            by=Source.PERSON,
            evidence=EVIDENCE,
            by_hand=True,
        )


def _next_place(cache: Cache) -> int:
    [found] = cache.rows(
        "SELECT max(coalesce((SELECT max(place) FROM status_events), 0), "
        "coalesce((SELECT max(place) FROM commits), 0)) + 1 AS place"
    )
    return int(str(found["place"]))


def _event_rows(more: _Told, first: int) -> Iterator[Row]:
    place = first
    for commit, told in more.events.items():
        for number, event in enumerate(told):
            yield {
                **{column: getattr(event, column) for column in _COLUMNS},
                "commit_id": commit,
                "number": number,
                "place": place,
                "email": more.commits[commit].email,
                "committed": more.commits[commit].at,
            }
            place += 1


_COLUMNS = (
    "id",
    "author",
    "experiment",
    "run",
    "task",
    "epoch",
    "from_status",
    "to_status",
    "job",
    "by",
    "evidence",
    "at",
    "forced",
    "overtaken",
    "by_hand",
)


def _commit_rows(more: _Told, first: int) -> Iterator[Row]:
    for place, commit in enumerate(more.commits.values(), first):
        told = any(not event.by_hand for event in more.events[commit.id])
        for experiment, names in _by_experiment(more.files.get(commit.id, ())).items():
            line = commit_line(commit.message, names, told=told)
            if line is not None:
                yield {
                    "commit_id": commit.id,
                    "experiment": experiment,
                    "place": place,
                    "at": commit.at,
                    "author": commit.author,
                    "email": commit.email,
                    "kind": line.kind,
                    "words": line.words,
                    "details": "\n".join(line.details),
                }


def _by_experiment(files: Iterable[Touched]) -> dict[str, set[str]]:
    """The files' names below the folder of their experiment."""
    found: dict[str, set[str]] = {}
    for file in files:
        folder, _, rest = file.path.removeprefix(f"{EXPERIMENTS}/").partition("/")
        if rest:
            found.setdefault(folder, set()).add(rest)
    return found
