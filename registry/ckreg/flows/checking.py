"""Checks experiments where they lie, or as they are staged; what has not changed is not read again."""

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ckreg.adapters.remembered import Entry, Stamp, is_settled, remember, remembered, stamp
from ckreg.adapters.tree import SUMMARY, Home, read_text
from ckreg.adapters.workers import mapped
from ckreg.core.check.problem import Problem, Severity
from ckreg.errors import CkregError, NotFoundError

if TYPE_CHECKING:
    from ckreg.core.check import Beside

# The files that rules look at beside the document.
BESIDE = ("spec.yaml", "estimates.json", "plan.seal")
_SHOWN = 5  # code, severity, line, column, message: what is remembered of a problem besides `fixable`, `file`


class Finding(NamedTuple):
    """A problem and the file that it is in, relative to the registry."""

    path: str
    problem: Problem


def check_files(home: Home, files: Sequence[Path]) -> list[Finding]:
    """The problems of these documents and of the files beside them, in their order."""
    known = remembered(home)
    stamps = {file: _stamp(file) for file in files}
    shown = {file: shown_path(home, file) for file in files}
    entries = {path: entry for file, path in shown.items() if (entry := _same(known.get(path), stamps[file]))}
    changed = [file for file in files if shown[file] not in entries]
    with _without_collector():
        for file, found in zip(changed, mapped(check_file, changed), strict=True):
            entries[shown[file]] = (stamps[file], [_as_list(problem) for problem in found])
    if changed:
        _keep(home, known, {shown[file]: entries[shown[file]] for file in changed})
    return [
        finding for path in dict.fromkeys(shown.values()) for finding in _findings(path, entries[path][1])
    ]


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Python's cycle collector takes a fifth of the time, and there is nothing in a check for it to find."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def check_file(file: Path) -> list[Problem]:
    """The problems of one document, read now."""
    from ckreg.core.check import check_document  # noqa: PLC0415  # 40 ms that nothing new need not cost

    try:
        return check_document(read_text(file), file.parent.name, _beside(file.parent))
    except CkregError as error:
        return [_unreadable(str(error))]


def check_texts(path: str, texts: dict[str, str]) -> Iterator[Finding]:
    """The same of texts by file name, as they are staged."""
    from ckreg.core.check import Beside, check_document  # noqa: PLC0415  # see above

    beside = Beside(*(texts.get(name) for name in BESIDE))
    for problem in check_document(texts[SUMMARY], Path(path).parent.name, beside):
        yield _finding(path, problem)


def shown_path(home: Home, file: Path) -> str:
    """A path as it is shown: from the registry on, where it lies in there."""
    return str(file).removeprefix(f"{home.root}".rstrip("/") + "/")


def _stamp(file: Path) -> Stamp:
    folder, name = os.path.split(file)  # as text: paths would take half of an unchanged check
    return stamp(folder or ".", (name, *BESIDE))


def _beside(folder: Path) -> "Beside":
    from ckreg.core.check import Beside  # noqa: PLC0415  # see above

    return Beside(*(_text(folder / name) for name in BESIDE))


def _text(path: Path) -> str | None:
    """The file's text; what cannot be read as text is none that a rule could read."""
    if not os.path.exists(path):  # noqa: PTH110  # a tenth of what failing to open it takes
        return None
    try:
        return read_text(path)
    except NotFoundError:
        return None
    except CkregError:
        from ckreg.core.check.subject import NO_TEXT  # noqa: PLC0415  # see above

        return NO_TEXT


def _unreadable(message: str) -> Problem:
    return Problem("CK001", Severity.ERROR, 1, 1, message)


def _same(entry: Entry | None, now: Stamp) -> Entry | None:
    return entry if entry is not None and entry[0] == now and _is_whole(entry[1]) else None


def _is_whole(found: Iterable[object]) -> bool:
    """Whether these are problems as they were kept: the file may hold anything."""
    return all(
        isinstance(row, list)
        and list(map(type, row[:-1])) == [str, str, int, int, str, bool]
        and row[1] in {"error", "warning"}
        and isinstance(row[-1], str | None)
        for row in found
    )


def _keep(home: Home, known: dict[str, Entry], new: dict[str, Entry]) -> None:
    """What is known by now, but for files that were written while they were read."""
    kept = {path: entry for path, entry in new.items() if is_settled(entry[0])}
    others = {path: entry for path, entry in known.items() if path not in new and (home.root / path).exists()}
    remember(home, {**others, **kept})


def _as_list(problem: Problem) -> list[object]:
    return [*problem[:_SHOWN], problem.fixable, problem.file]


def _findings(path: str, rows: Sequence[Sequence[object]]) -> Iterator[Finding]:
    for code, severity, line, column, message, fixable, file in rows:
        yield _finding(
            path,
            Problem(
                str(code), Severity(str(severity)), _int(line), _int(column), str(message), bool(fixable),
                file=None if file is None else str(file),
            ),
        )  # fmt: skip


def _finding(path: str, problem: Problem) -> Finding:
    return Finding(f"{path.rpartition('/')[0]}/{problem.file}" if problem.file else path, problem)


def _int(value: object) -> int:
    return value if isinstance(value, int) else 1
