"""git's own merge of lines, and the settings that make git call ckreg for documents."""

import shlex
import sys
import tempfile
from pathlib import Path

from ckreg.adapters.git.repo import Repo, call_git, last_words
from ckreg.core.merge import Sides
from ckreg.errors import OutsideError

CLASHED = 65
"""The driver's exit status where it left markers: no other failure of a program has it by chance."""
_WORDS = "merge-driver %O %A %B %L %P %S %X %Y"
_BASE_WORDS = "merge-driver --for-base %O %A %B %L %P"
# A driver that dies leaves "ours" without markers, and `git add` would drop "theirs". So nothing but the two
# answers of our driver counts: after any other git's own merge is done, on the untouched file.
_DRIVER = (
    "p={python}; "
    'if test -x "$p"; then "$p" -P -m ckreg {words}; '
    "elif command -v ckreg >/dev/null 2>&1; then ckreg {words}; else false; fi; "
    "case $? in 0) exit 0;; {clashed}) exit 1;; esac; "
    'echo "ckreg could not merge "%P": git merges its lines." >&2; '
    "git merge-file -q -L ours -L base -L theirs --marker-size=%L %A %O %B"
)
# The heading above a hunk. A row would be that of another run: git looks above the lines around the change.
_HEADING = r"^ {0,3}(#{1,6}[[:blank:]].*)$"
_CELLS = r"[^|[:space:]]+|\|"
_SECTIONS = ("merge.ckreg", "merge.ckreg-base", "diff.ckreg")


def merge_file(folder: Path, sides: Sides, size: int) -> str:
    """Three texts merged by git, markers of this size around what clashes, labelled ours, base and theirs.

    Raises:
        OutsideError: git cannot merge them: they are binary.
    """
    with tempfile.TemporaryDirectory(prefix="ckreg-") as place:
        paths = {name: Path(place, name) for name in Sides._fields}
        for name, path in paths.items():
            path.write_bytes(getattr(sides, name).encode())
        labels = ("-L", "ours", "-L", "base", "-L", "theirs")
        files = [str(paths[name]) for name in ("ours", "base", "theirs")]
        done = call_git(folder, "merge-file", "-p", "-q", f"--marker-size={size}", *labels, *files)
    if not 0 <= done.returncode <= 127:  # noqa: PLR2004  # git-merge-file(1): the number of conflicts
        raise OutsideError(f"`git merge-file` failed: {last_words(done)}")
    return done.stdout


def shows_base(folder: Path) -> bool:
    """Whether conflicts are to show the base, too (`merge.conflictStyle`)."""
    return call_git(folder, "config", "merge.conflictStyle").stdout.strip() in {"diff3", "zdiff3"}


def driver_settings() -> dict[str, str]:
    """The lines of `.git/config` for this machine, by their names: ours run where our attributes say so."""
    python = shlex.quote(sys.executable).replace("%", "%%")  # git puts its own words for `%A`
    driver, for_base = (
        _DRIVER.format(python=python, words=words, clashed=CLASHED) for words in (_WORDS, _BASE_WORDS)
    )
    return {
        "merge.ckreg.name": "ckreg: documents by row and cell",
        "merge.ckreg.driver": driver,
        # For histories that cross: git merges their several bases first.
        "merge.ckreg.recursive": "ckreg-base",
        "merge.ckreg-base.name": "ckreg: where several bases are merged",
        "merge.ckreg-base.driver": for_base,
        "diff.ckreg.xfuncname": _HEADING,
        "diff.ckreg.wordRegex": _CELLS,
    }


def driver_preview(repo: Repo) -> dict[Path, str]:
    """The clone's `.git/config` as `install_driver` would leave it, by its path; empty where it would not."""
    if not _missing(repo):
        return {}
    config = (repo.root / repo.run("rev-parse", "--git-common-dir").strip()).resolve() / "config"
    with tempfile.TemporaryDirectory(prefix="ckreg-") as place:
        copy = Path(place, "config")
        copy.write_bytes(config.read_bytes())
        for name, value in _missing(repo).items():
            repo.run("config", "--file", str(copy), "--replace-all", name, value)
        return {config: copy.read_bytes().decode(errors="replace")}


def install_driver(repo: Repo) -> bool:
    """Set up the merge driver and the headers of diffs in the clone's own `.git/config`; idempotent.

    Returns:
        Whether anything changed.

    Raises:
        OutsideError: the settings cannot be written.
    """
    missing = _missing(repo)
    for name, value in missing.items():
        repo.run("config", "--local", "--replace-all", name, value)
    return bool(missing)


def remove_driver(repo: Repo) -> bool:
    """Take the settings away again; gives whether there were any."""
    found = [section for section in _SECTIONS if repo.call(*_LISTED, rf"^{section}\.").stdout]
    for section in found:
        repo.run("config", "--local", "--remove-section", section)
    return bool(found)


_LISTED = ("config", "--local", "--get-regexp")


def _missing(repo: Repo) -> dict[str, str]:
    """The settings that are not yet as they should be."""
    return {name: value for name, value in driver_settings().items() if _setting(repo, name) != value}


def _setting(repo: Repo, name: str) -> str | None:
    done = repo.call("config", "--local", "-z", "--get", name)
    return done.stdout.removesuffix("\0") if done.returncode == 0 else None
