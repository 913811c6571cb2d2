"""`ckreg check`: find what is wrong with the experiments' documents, and mend what is safe to mend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import SUMMARY, Home, read_text, replace_text
from ckreg.core.check.problem import Problem, Severity
from ckreg.errors import NotFoundError, RefusedError
from ckreg.flows.checking import BESIDE, Finding, check_files, check_texts, shown_path

if TYPE_CHECKING:
    from ckreg.core.check import Selection

__all__ = ["Finding", "Mended", "check", "check_fix", "check_staged", "has_failed"]


@dataclass(frozen=True, slots=True)
class Mended:
    """A document that has safe fixes: its text before and after, and what they mend."""

    path: str
    before: str
    after: str
    problems: tuple[Problem, ...]


def check(
    home: Home, paths: Sequence[Path] = (), *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> list[Finding]:
    """The problems of the documents at `paths` (files, or folders with documents below), or of all.

    `select` and `ignore` are codes or their beginnings, beside those of the settings.

    Raises:
        NotFoundError: a path does not exist, or has no document.
        UsageError: no rule has such a code.
    """
    return _selected(home, check_files(home, _files(home, paths)), select, ignore)


def check_staged(home: Home, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Finding]:
    """The problems of the experiments that the next commit changes, as staged; none in ckreg's own commit.

    Of a merge those that neither side had before: nobody else's stop it.
    """
    from ckreg.adapters.git import is_ours, open_repo, staged_summaries  # noqa: PLC0415  # only hooks need git
    from ckreg.adapters.git.staged import merged_parents, texts_before  # noqa: PLC0415

    if is_ours():
        return []
    repo = open_repo(home.root)
    parents, found = merged_parents(repo), []
    for path, texts in staged_summaries(repo, BESIDE):
        known = {
            _said(finding)
            for before in (texts_before(repo, parents, path, BESIDE) if parents else ())
            for finding in check_texts(path, before)
        }
        found += [finding for finding in check_texts(path, texts) if _said(finding) not in known]
    return _selected(home, found, select, ignore)


def _said(finding: Finding) -> tuple[str, str]:
    return finding.problem.code, finding.problem.message


def check_fix(
    home: Home,
    paths: Sequence[Path] = (),
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    dry_run: bool = False,
) -> list[Mended]:
    """Mend what is safe to mend in the documents as they lie in the folder; nothing is committed.

    Raises:
        CkregError: as `check`; a file cannot be written.
    """
    from ckreg.core.check import Beside  # noqa: PLC0415  # all rules: only where something is mended
    from ckreg.core.check.fixing import fixed  # noqa: PLC0415

    selection = _selection(home, select, ignore)
    mended = []
    fixable = {finding.path for finding in check(home, paths) if finding.problem.fixable}
    for file in _files(home, paths):
        if shown_path(home, file) not in fixable:
            continue
        _refuse_link(home, file)
        before = read_text(file)
        # Fixes look at the document alone.
        after, problems = fixed(before, file.parent.name, Beside(), selection)
        if problems:
            mended.append(Mended(shown_path(home, file), before, after, tuple(problems)))
            if not dry_run:
                replace_text(file, after)
    return mended


def _refuse_link(home: Home, file: Path) -> None:
    """A link may have come with somebody's clone, and lead to a file that is not ours to write."""
    inside = file.is_relative_to(home.root)
    if file.is_symlink() or (inside and not file.resolve().is_relative_to(home.root.resolve())):
        raise RefusedError(f"{shown_path(home, file)} is a link; mend the file that it leads to by hand.")


def has_failed(findings: Sequence[Finding], *, strict: bool) -> bool:
    """Whether there is an error among them, or, if strict, anything at all."""
    return any(strict or finding.problem.severity is Severity.ERROR for finding in findings)


def _selected(
    home: Home, found: list[Finding], select: Sequence[str], ignore: Sequence[str]
) -> list[Finding]:
    settings = load_settings(home)
    if not (select or ignore or settings.check_select or settings.check_ignore):
        return found
    selection = _selection(home, select, ignore)
    return [finding for finding in found if selection.includes(finding.problem)]


def _selection(home: Home, select: Sequence[str], ignore: Sequence[str]) -> "Selection":
    """What the call asks for, else what the settings say."""
    from ckreg.core.check import Selection, codes_in  # noqa: PLC0415  # see `check_fix`

    settings = load_settings(home)
    return Selection(
        codes_in(select, "--select") or codes_in(settings.check_select, "check_select"),
        (*codes_in(ignore, "--ignore"), *codes_in(settings.check_ignore, "check_ignore")),
    )


def _files(home: Home, paths: Sequence[Path]) -> list[Path]:
    if not paths:
        return [home.summary(name) for name in home.experiment_names()]
    return list(dict.fromkeys(file for path in paths for file in _documents(path)))


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
