"""Finds what of an experiment's output nothing needs any more, and deletes it, with a record in git."""

import os
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from ckreg.adapters import clock, probe, removal
from ckreg.adapters.config import load_settings
from ckreg.adapters.git import tracked_below
from ckreg.adapters.tree import EXPERIMENTS, Home, read_text
from ckreg.core import journal
from ckreg.core.cleaning import OUTPUT, is_checkpoint, runs_of, verdicts
from ckreg.core.journal import JOURNAL, Entry
from ckreg.core.scaffold.layout import training_folder
from ckreg.core.scheduler.port import Scheduler
from ckreg.core.summary import Summary, parse
from ckreg.core.text import LINE_END, newline_of, one_line
from ckreg.core.units import counted, size
from ckreg.errors import CkregError, MalformedError, NotFoundError, RefusedError
from ckreg.flows.committing import commit_edits
from ckreg.flows.needing import jobs_alive, mentioned_in, runs_known, runs_spooled

_LATELY = 900.0  # seconds: a job may write for longer than anybody says that it runs
_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Spare:
    """A folder that may go: whose output it is in, and why; `bytes` None where `du` does not tell."""

    run: str
    path: Path
    why: str
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder that stays although it looks as if it might go, and why."""

    run: str
    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What may go of an experiment's output, all of which lies in `folder`, and what has to stay."""

    experiment: str
    folder: Path
    spare: tuple[Spare, ...]
    kept: tuple[Kept, ...]

    @property
    def bytes(self) -> int:
        """What deleting gives back, as far as `du` told."""
        return sum(each.bytes or 0 for each in self.spare)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was deleted, in which commit that is recorded, and what could not be removed after all."""

    deleted: tuple[Spare, ...]
    commit: str | None
    problems: tuple[str, ...]


def looked_over(home: Home, experiment: str, runs: Sequence[str], scheduler: Scheduler) -> Cleaning:
    """What may go, of the runs that fit these patterns (all if none), with its sizes.

    Raises:
        RefusedError: scratch_dir is not set.
        NotFoundError: no run and no folder fits one of the patterns.
        MalformedError: the document names no runs.
    """
    found = _looked_over(home, experiment, runs, scheduler)
    sized = tuple(
        Spare(each.run, each.path, each.why, probe.held_by(str(each.path))[1]) for each in found.spare
    )
    return replace(found, spare=sized)


def clean(home: Home, chosen: Cleaning, scheduler: Scheduler) -> Cleaned:
    """Delete what may go, and may still go when it is looked at once more.

    Each folder is renamed first, then all of it is recorded in one commit, and only then it is removed:
    where the record is refused, every folder has its name again.

    Raises:
        CkregError: see `commit_edits`; nothing was deleted then.
    """
    still = {each.path for each in _looked_over(home, chosen.experiment, (), scheduler).spare}
    wanted = [each for each in chosen.spare if each.path in still]
    aside: list[tuple[Spare, Path]] = []
    try:
        for each in wanted:
            aside.append((each, removal.put_aside(each.path)))  # noqa: PERF401  # one may fail
        commit = _record(home, chosen.experiment, wanted) if wanted else None
    except BaseException:
        for each, path in aside:
            removal.put_back(path, each.path)
        raise
    problems = [f"{each.path} is needed by now, and was left alone." for each in chosen.spare
                if each.path not in still]  # fmt: skip
    for _, path in aside:
        try:
            removal.remove(path)
        except CkregError as error:
            problems.append(str(error))
    return Cleaned(tuple(wanted), commit, tuple(problems))


def _looked_over(home: Home, experiment: str, runs: Sequence[str], scheduler: Scheduler) -> Cleaning:
    summary = parse(read_text(home.summary(experiment)))
    if not runs_of(summary):
        raise MalformedError(
            f"{home.summary(experiment)} names no runs, so that every folder would look like a dropped one. "
            f"`ckreg check {experiment}` says what is wrong."
        )
    folder = _output_folder(home, experiment)
    outputs = _outputs(folder, {*runs_of(summary), *runs_known(home, experiment)})
    _refuse_unknown(experiment, runs, {*outputs.values(), *runs_of(summary)})
    wanted = {path: run for path, run in outputs.items() if _fits(run, runs)}
    candidates = [each for path, run in wanted.items() for each in _candidates(summary, path, run)]
    spares = [each for each in candidates if isinstance(each, Spare)]
    kept = [each for each in candidates if isinstance(each, Kept)]
    kept += _needed(home, experiment, folder, spares, scheduler)
    stays = {each.path for each in kept}
    may_go = tuple(each for each in spares if each.path not in stays)
    return Cleaning(experiment, folder, may_go, tuple(kept))


def _fits(run: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(run, pattern) for pattern in patterns)


def _refuse_unknown(experiment: str, patterns: Sequence[str], names: Collection[str]) -> None:
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise NotFoundError(f"{experiment} has no run {pattern!r}, and no output of one.")


def _output_folder(home: Home, experiment: str) -> Path:
    scratch = load_settings(home).scratch_dir
    if scratch is None:
        raise RefusedError(
            "scratch_dir is not set, so that nobody knows where the output lies. Set it in claude.local.md, "
            "ckreg.local.toml or as CKREG_SCRATCH_DIR."
        )
    return Path(os.path.realpath(scratch), experiment)


def _outputs(folder: Path, known: Collection[str]) -> dict[Path, str]:
    """The `ck-out-` folders of the experiment, each with its run; one of no run has its own name."""
    runs = {f"{OUTPUT}{training_folder(run)}": run for run in known}
    if not removal.is_folder_itself(folder):
        return {}
    names = {name: removal.original_name(name) or name for name in _listed(folder)}
    return {
        folder / name: runs.get(original, original)
        for name, original in names.items()
        if original.startswith(OUTPUT)
    }


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208  # names alone
    except OSError:
        return []


def _candidates(summary: Summary, output: Path, run: str) -> Iterator[Spare | Kept]:
    """What may go of one run's output by the document alone."""
    if not removal.is_folder_itself(output):
        yield Kept(run, output, "it is no folder itself: links are not followed")
        return
    if removal.original_name(output.name) is not None:
        yield Spare(run, output, "an interrupted `ckreg clean` left it")
        return
    if output.name == run:
        yield Spare(run, output, "the experiment has no such run any more")
        return
    folders = [name for name in _listed(output) if is_checkpoint(removal.original_name(name) or name)]
    for name in folders:
        if not removal.is_folder_itself(output / name):
            yield Kept(run, output / name, "it is no folder itself: links are not followed")
        elif removal.original_name(name) is not None:
            yield Spare(run, output / name, "an interrupted `ckreg clean` left it")
    row = next((row for row in summary.fine_tuning if row.run_name == run), None)
    evaluations = [each for each in summary.evaluations if each.run_name == run]
    plain = [name for name in folders if removal.is_folder_itself(output / name)]
    for verdict in verdicts(plain, row.status if row else None, evaluations):
        path = output / verdict.name
        yield Kept(run, path, verdict.why) if verdict.stays else Spare(run, path, verdict.why)


def _needed(
    home: Home, experiment: str, below: Path, spares: Sequence[Spare], scheduler: Scheduler
) -> list[Kept]:
    """Those of them that somebody needs, or may need, all the same."""
    if not spares:
        return []
    try:
        tracked, untold = tracked_below(below), None
    except CkregError as error:
        tracked, untold = frozenset(), str(error)
    alive = jobs_alive(home, experiment, {each.run for each in spares}, scheduler)
    spooled = runs_spooled(home, experiment)
    mentions = mentioned_in(home, [each.path for each in spares])
    found = []
    for each in spares:
        run = each.run.removeprefix(OUTPUT) if each.path.name == each.run else each.run
        relative = str(each.path.relative_to(below))
        why = (
            untold
            or ("git tracks files in it" if _holds(relative, tracked) else None)
            or ("it is a git repository" if os.path.lexists(each.path / ".git") else None)
            or alive.get(each.run)
            or ("a status request of it waits: `ckreg status flush`" if run in spooled else None)
            or mentions.get(each.path)
            or _busy(each)
        )
        if why:
            found.append(Kept(each.run, each.path, why))
    return found


def _holds(folder: str, files: Collection[str]) -> bool:
    return any(file == folder or file.startswith(f"{folder}/") for file in files)


def _busy(each: Spare) -> str | None:
    """Whether something was written there, or to the log beside it, a moment ago."""
    if removal.original_name(each.path.name) is not None:
        return None
    is_whole = each.path.name == each.run
    log_folder = each.path if is_whole else each.path.parent
    places = [each.path, *(path for path in log_folder.glob("*.out") if path.is_file())]
    latest = max((path.lstat().st_mtime for path in places if path.exists()), default=0.0)
    ago = time.time() - latest
    return f"it was written to {max(0.0, ago) / 60:.0f} min ago" if ago < _LATELY else None


def _record(home: Home, experiment: str, deleted: Sequence[Spare]) -> str | None:
    total = size(sum(each.bytes or 0 for each in deleted))
    lines = [f"{each.path} ({_size(each)}): {each.why}" for each in deleted]
    entry = Entry(
        clock.now(),
        "CLEAN",
        f"Deleted {counted(len(deleted), 'folder')} of output, {total}",
        tuple(("Deleted", line) for line in lines),
    )
    body = [one_line(line) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        body.append(f"and {len(lines) - _MOST_LINES} more, in {JOURNAL}")
    message = f"clean: {experiment}, {counted(len(deleted), 'folder')}, {total}\n\n" + "\n".join(body) + "\n"
    path = f"{EXPERIMENTS}/{experiment}/{JOURNAL}"
    return commit_edits(home, {path: partial(_with_entry, entry=entry)}, message)


def _with_entry(text: str | None, *, entry: Entry) -> str:
    newline = newline_of(text or "")
    start = f"{text.rstrip()}{newline * 2}" if text and text.strip() else ""
    return start + LINE_END.sub(newline, journal.render([entry]))


def _size(each: Spare) -> str:
    return "size unknown" if each.bytes is None else size(each.bytes)
