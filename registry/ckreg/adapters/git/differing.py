"""Which files differ between two states of a registry: commits, what is staged, what lies in the folder."""

from collections.abc import Iterator
from typing import NamedTuple

from ckreg.adapters.git.repo import Repo

_PLAIN = ("-c", "core.fsmonitor=false")
_WORDS = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--relative", "--no-color")


class Differing(NamedTuple):
    """A file that differs; its blobs before and after.

    None where the file is not there, or, with `lies`, where it has to be read from the folder.
    """

    path: str
    before: str | None
    after: str | None
    lies: bool = False


def differing(
    repo: Repo, folder: str, before: str, after: str | None, *, staged: bool
) -> Iterator[Differing]:
    """The files under a folder that differ from commit `before`: in `after`, as `staged`, or as they lie.

    Files in the folder that git does not know count where nothing else is asked for.
    """
    side = (after,) if after is not None else ("--cached",) if staged else ()
    words = (*_PLAIN, "diff", *_WORDS, *(side if staged else ()), before, *(() if staged else side))
    parts = iter(repo.run(*words, "--", folder).split("\0"))
    for facts in parts:
        if facts:
            _, _, old, new, kind = facts.lstrip(":").split(" ")
            lies = not staged and after is None and kind[0] != "D"
            yield Differing(next(parts), _blob(old), None if lies else _blob(new), lies)
    if not staged and after is None:
        unknown = repo.run("ls-files", "--others", "--exclude-standard", "-z", "--", folder)
        for path in filter(None, unknown.split("\0")):
            yield Differing(path, None, None, lies=True)


def _blob(name: str) -> str | None:
    return None if set(name) == {"0"} else name
