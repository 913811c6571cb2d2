"""What became of experiments: the log of their design and git's history as one timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ckreg.adapters.git import CommitSeen, commits_below
from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home, read_text
from ckreg.core import journal
from ckreg.core.status import StatusEvent
from ckreg.core.text import LINE_END, one_line
from ckreg.errors import NotFoundError

_LOG = "design-experiment.log"
_AMEND, _SEAL = "Ckreg-Amend: ", "Ckreg-Seal: "
_OURS = ("design: ", "status: ", "amend: ", "seal: ", "index: ", "init: ")


class What(StrEnum):
    """The kind of a line of the timeline."""

    LOG = "log"
    DESIGN = "design"
    STATUS = "status"
    AMEND = "amend"
    SEAL = "seal"
    EDIT = "hand edit"
    COMMIT = "commit"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened, at a local time; `who` and `commit` are None for entries of the log."""

    at: datetime
    kind: What
    experiment: str
    words: str
    details: tuple[str, ...] = ()
    run: str | None = None
    who: str | None = None
    commit: str | None = None


def history_of(home: Home, experiment: str | None, run: str | None) -> list[Told]:
    """The timeline of an experiment, or of all, oldest first; only what names `run`, if it is given.

    Raises:
        NotFoundError: nothing names that run.
    """
    names = home.experiment_names() if experiment is None else [experiment]
    folder = EXPERIMENTS if experiment is None else f"{EXPERIMENTS}/{experiment}"
    told = [entry for name in names for entry in _logged(home, name)]
    told += [line for commit in commits_below(home, folder) for line in _committed(commit, experiment)]
    if run is not None:
        told = [line for line in told if _is_about(line, run)]
        if not told:
            raise NotFoundError(
                f"Nothing in the history of {experiment or 'the registry'} names the run {run!r}."
            )
    return sorted(told, key=lambda line: line.at)  # stable: what has one time stays in its order


def _is_about(line: Told, run: str) -> bool:
    if line.run is not None:
        return line.run == run
    return any(run in text.replace(",", " ").split() for text in (line.words, *line.details))


def _logged(home: Home, experiment: str) -> Iterator[Told]:
    path = home.experiments / experiment / _LOG
    try:
        text = read_text(path)
    except NotFoundError:
        return
    for entry in journal.read(text):
        details = tuple(f"{key}: {value}" for key, value in entry.fields)
        yield Told(entry.at, What.LOG, experiment, f"{entry.action}: {entry.description}", details)


def _committed(commit: CommitSeen, experiment: str | None) -> Iterator[Told]:
    at = commit.at.astimezone().replace(tzinfo=None)
    about = {path.split("/")[1]: path for path in commit.files if path.count("/") > 1}
    who, short = commit.author, commit.id[:10]
    for event in commit.events:
        if experiment in {None, event.experiment}:
            yield _status(event, at, short)
    subject = LINE_END.split(commit.message)[0]
    reason, seal = _trailer(commit, _AMEND), _trailer(commit, _SEAL)
    for name in sorted(about):
        if reason is not None:
            yield Told(at, What.AMEND, name, reason, _body(commit), who=who, commit=short)
        elif seal is not None:
            yield Told(at, What.SEAL, name, f"the plan was sealed as {seal[:12]}", who=who, commit=short)
        elif not commit.events:
            kind = _kind(subject, commit.files, name)
            yield Told(at, kind, name, one_line(subject), who=who, commit=short)


def _kind(subject: str, files: tuple[str, ...], experiment: str) -> What:
    """A commit that changed a document and is none of ckreg's was made by hand."""
    if subject.startswith("design: "):
        return What.DESIGN
    if f"{EXPERIMENTS}/{experiment}/{SUMMARY}" in files and not subject.startswith(_OURS):
        return What.EDIT
    return What.COMMIT


def _status(event: StatusEvent, committed: datetime, commit: str) -> Told:
    what = ", ".join(part for part in (event.run, event.task, event.epoch and f"epoch {event.epoch}") if part)
    same = event.from_status == event.to_status
    words = f"{what}: {event.to_status}" if same else f"{what}: {event.from_status} -> {event.to_status}"
    details = [
        f"by {event.by}" if event.by else "",
        f"job {event.job}" if event.job else "",
        event.evidence or "",
        "forced" if event.forced else "",
    ]
    shown = tuple(detail for detail in details if detail)
    at = _local(event.at) or committed
    return Told(at, What.STATUS, event.experiment, words, shown, event.run, event.author, commit)


def _local(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _trailer(commit: CommitSeen, name: str) -> str | None:
    lines = (line for line in LINE_END.split(commit.message) if line.startswith(name))
    return next((line.removeprefix(name).strip() for line in lines), None)


def _body(commit: CommitSeen) -> tuple[str, ...]:
    lines = LINE_END.split(commit.message)[1:]
    return tuple(line for line in lines if line.strip() and not line.startswith("Ckreg-"))
