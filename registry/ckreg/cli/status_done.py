"""How `status set` and `status flush` tell what became of requests: in words, and as JSON."""

from ckreg.cli.output import emit, emit_diff, note, warn
from ckreg.commands.status_lines import Lines
from ckreg.core.status import StatusRequest
from ckreg.core.update import in_words
from ckreg.errors import CkregError
from ckreg.flows.updates import Committed, Flushed, Outcome, Preview, Spooled


def say_outcome(request: StatusRequest, outcome: Outcome, where: str = "") -> None:
    """Say what became of a request; `where` goes before it."""
    if isinstance(outcome, CkregError):
        warn(f"{where}{outcome}")
        return
    for warning in outcome.warnings:
        warn(f"{where}{warning}")
    if isinstance(outcome, Spooled):
        note(f"{where}{request.experiment} {request.run}: spooled, not yet committed.")
    else:
        _say_committed(outcome, where)


def say_lines(lines: Lines) -> None:
    """Say what became of each line."""
    for line in lines.lines:
        where = f"{lines.where}:{line.number}: "
        if line.request is not None and lines.preview is None:
            say_outcome(line.request, line.outcome, where)
        elif isinstance(line.outcome, CkregError):  # no change at all, or it was only looked at
            warn(f"{where}{line.outcome}")


def say_flushed(done: Flushed) -> None:
    """Say what was committed, overtaken, refused."""
    for request, outcome in done.settled:
        where = f"{request.experiment} {request.run}: " if isinstance(outcome, CkregError) else ""
        say_outcome(request, outcome, where)
    for refusal in done.refused:
        warn(f"{refusal.error} It lies in {refusal.path}.")
    if _waits(done):
        note("This host does not commit here: `.ckreg/commit_hosts` names those that do. Call this there.")
    if not done.settled and not done.refused:
        note("Nothing waits.")


def _waits(done: Flushed) -> bool:
    """Whether nothing was committed, as this host does not do that."""
    return any(isinstance(outcome, Spooled) for _, outcome in done.settled)


def say_preview(shown: Preview) -> None:
    """Print what would change in which files, and say what would be refused."""
    for file in shown.files:
        emit_diff(file.path, file.before, file.after)
    for outcome in shown.outcomes:
        if isinstance(outcome, CkregError):
            warn(str(outcome))


def _say_committed(done: Committed, where: str) -> None:
    update = done.update
    if done.commit is None and not update.overtaken:
        note(f"{where}{update.request.run} says so already; nothing changed.")
        return
    what = in_words(update)
    commit = f" ({done.commit[:10]})" if done.commit else ""
    emit(f"{where}{update.request.experiment} {update.request.run}: {what}{commit}")
