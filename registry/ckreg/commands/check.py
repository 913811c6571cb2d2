"""`ckreg check`: find what is wrong with the experiments' documents."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters.git import open_repo, staged_summaries
from ckreg.adapters.tree import SUMMARY, Home, read_text
from ckreg.core.check import Problem, Severity, check_document, unreadable
from ckreg.errors import CkregError, NotFoundError


class Finding(NamedTuple):
    """A problem and the file that it is in, relative to the registry."""

    path: str
    problem: Problem


def check(home: Home, paths: Sequence[Path] = ()) -> list[Finding]:
    """The problems of the documents at `paths` (files, or folders with documents below), or of all.

    Raises:
        NotFoundError: a path does not exist, or has no document.
    """
    files = [file for path in paths for file in _documents(path)] if paths else _all(home)
    return [finding for file in files for finding in _check_file(home, file)]


def check_staged(home: Home) -> list[Finding]:
    """The problems of the documents that the next commit changes, as staged."""
    return [
        Finding(path, problem)
        for path, text in staged_summaries(open_repo(home.root))
        for problem in check_document(text, Path(path).parent.name)
    ]


def has_failed(findings: Sequence[Finding], *, strict: bool) -> bool:
    """Whether there is an error among them, or, if strict, anything at all."""
    return any(strict or finding.problem.severity is Severity.ERROR for finding in findings)


def _all(home: Home) -> list[Path]:
    return [home.summary(name) for name in home.experiment_names()]


def _documents(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise NotFoundError(f"{path} does not exist.")
    found = sorted(path.rglob(SUMMARY))
    if not found:
        raise NotFoundError(f"{path} has no {SUMMARY} in it.")
    yield from found


def _check_file(home: Home, file: Path) -> Iterator[Finding]:
    shown = str(file.relative_to(home.root)) if file.is_relative_to(home.root) else str(file)
    try:
        problems = check_document(read_text(file), file.parent.name)
    except CkregError as error:
        problems = [unreadable(1, str(error))]
    for problem in problems:
        yield Finding(shown, problem)
