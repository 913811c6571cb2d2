"""Guards a shared repository: every commit of a push, before the push is taken."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ckreg.adapters.config import settings_in
from ckreg.adapters.git import Repo
from ckreg.adapters.git.objects import Objects
from ckreg.adapters.git.pushed import (
    Commit,
    Update,
    changed_between,
    experiments_changed,
    messages_between,
    open_bare,
    pushed_commits,
    rewound,
)
from ckreg.adapters.git.versions import texts_at, version_at
from ckreg.adapters.tree import SETTINGS, SUMMARY
from ckreg.adapters.workers import mapped
from ckreg.core.check.problem import Severity
from ckreg.core.guard import words_of
from ckreg.core.text import one_line
from ckreg.errors import CkregError
from ckreg.flows.checking import BESIDE, Finding, check_texts
from ckreg.flows.guarding import HELD, Judge

if TYPE_CHECKING:
    from ckreg.core.check import Selection

_NAMES = tuple(dict.fromkeys((*HELD, *BESIDE)))
_AT_ONCE = 500  # commits whose texts are held in memory
_SHORT = 12
_Texts = tuple[tuple[str, str], ...]  # the document's path and text, then the files beside it


def pushed_faults(folder: Path, updates: Sequence[Update]) -> Iterator[str]:
    """Why a push may not be taken: a sentence each, with commit, file and line.

    Raises:
        NotFoundError: this is no bare repository.
        OutsideError: git failed, as where objects are missing.
    """
    repo = open_bare(folder)
    changed = experiments_changed(repo, pushed_commits(repo, updates), _NAMES)
    with Objects(repo) as objects:
        while some := [*islice(changed, _AT_ONCE)]:
            known = _Known(objects, some)
            for commit, folders in some:
                yield from _commit_faults(repo, objects, commit, folders)
                yield from known.new_problems(commit, folders)
        for update in rewound(repo, updates):
            yield from _rewound_faults(repo, objects, update)


def _commit_faults(repo: Repo, objects: Objects, commit: Commit, folders: Sequence[str]) -> Iterator[str]:
    judge = Judge(repo, objects, words_of([_message(objects, commit.id)]))
    for folder in folders:
        if not _in_registry(objects, commit, folder):
            continue
        if "\n" in folder:  # git could not be asked for what is in it
            yield f"{commit.id[:_SHORT]} {one_line(folder)}: a line break in a name. Rename the folder."
        for fault in judge.faults(folder, version_at(objects, commit.id, folder), commit.parents):
            yield f"{commit.id[:_SHORT]} {fault}"


def _rewound_faults(repo: Repo, objects: Objects, update: Update) -> Iterator[str]:
    """A forced push rewrites history: what the branch said must still be said, or may be unsaid."""
    if not (update.old and update.new):
        return
    judge = Judge(repo, objects, words_of(messages_between(repo, update.old, update.new)))
    for folder in changed_between(repo, update.old, update.new, HELD):
        if _in_registry(objects, Commit(update.new, (update.old,)), folder):
            for fault in judge.faults(folder, version_at(objects, update.new, folder), (update.old,)):
                yield f"{update.new[:_SHORT]} {fault} (The push takes {update.branch} back.)"


def _message(objects: Objects, commit: str) -> str:
    found = objects.get(commit)
    return "" if found is None else found.content.partition(b"\n\n")[2].decode(errors="replace")


def _in_registry(objects: Objects, commit: Commit, folder: str) -> bool:
    """Whether a folder is an experiment's: others may keep files of these names, as tests do."""
    return any(_settings(objects, name, folder) is not None for name in (commit.id, *commit.parents))


def _settings(objects: Objects, commit: str, folder: str) -> str | None:
    return objects.text(f"{commit}:{(PurePosixPath(folder).parents[1] / SETTINGS).as_posix()}")


class _Known:
    """What `check` finds in some commits and their parents, each different text looked at once."""

    def __init__(self, objects: Objects, changed: Sequence[tuple[Commit, Sequence[str]]]) -> None:
        self.objects = objects
        self._texts = {
            (name, folder): _texts(objects, name, folder)
            for commit, folders in changed
            for folder in folders
            for name in (commit.id, *commit.parents)
        }
        different = [*dict.fromkeys(texts for texts in self._texts.values() if texts)]
        self._found = dict(zip(different, mapped(_checked, different), strict=True))

    def new_problems(self, commit: Commit, folders: Sequence[str]) -> Iterator[str]:
        """The errors that a commit has and none of its parents: nobody else's stop a push."""
        for folder in folders:
            found = self._errors(commit.id, folder)
            if not found or not _in_registry(self.objects, commit, folder):
                continue
            selection = _selection(_settings(self.objects, commit.id, folder) or "")
            before = [Counter(map(_said, self._errors(name, folder))) for name in commit.parents]
            for finding in found:
                if any(count[_said(finding)] for count in before):
                    for count in before:
                        count[_said(finding)] -= 1
                elif selection.includes(finding.problem):
                    yield f"{commit.id[:_SHORT]} {_line(finding)}"

    def _errors(self, commit: str, folder: str) -> list[Finding]:
        texts = self._texts[commit, folder]
        return self._found[texts] if texts else []


def _texts(objects: Objects, commit: str, folder: str) -> _Texts:
    texts = texts_at(objects, commit, folder, (SUMMARY, *BESIDE)) or {}
    document = texts.pop(SUMMARY, None)
    return () if document is None else ((f"{folder}/{SUMMARY}", document), *texts.items())


def _checked(texts: _Texts) -> list[Finding]:
    (path, document), *beside = texts
    found = check_texts(path, {SUMMARY: document, **dict(beside)})
    return [finding for finding in found if finding.problem.severity is Severity.ERROR]


@lru_cache(maxsize=16)
def _selection(text: str) -> "Selection":
    """The rules that the registry itself leaves out, as of this commit; all where its settings are broken."""
    from ckreg.core.check import Selection, codes_in  # noqa: PLC0415  # all rules: only where one was broken

    try:
        settings = settings_in(text, Path(SETTINGS))
        return Selection(
            codes_in(settings.check_select, "check_select"), codes_in(settings.check_ignore, "check_ignore")
        )
    except CkregError:
        return Selection()


def _said(finding: Finding) -> tuple[str, str]:
    return finding.problem.code, finding.problem.message


def _line(finding: Finding) -> str:
    path, problem = finding
    place = f"{path}:{problem.line}:{problem.column}"
    return f"{place}: {problem.severity} {problem.code}: {one_line(problem.message)}"
