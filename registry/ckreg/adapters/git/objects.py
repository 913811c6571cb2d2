"""Reads objects through one `git cat-file --batch`: a process a push, not one a file."""

import subprocess
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple, Self

from ckreg.adapters.git.repo import SAFE, Repo, environment
from ckreg.errors import MalformedError, OutsideError

_LARGEST = 16 * 1024 * 1024  # bytes; a document is a few KB

_REMEMBERED = 1024


class Object(NamedTuple):
    """What git has under a name; `kind` is blob, tree, commit or tag."""

    id: str
    kind: str
    content: bytes


class Objects:
    """Asks one git for many objects, one after the other; close it, or use it in `with`."""

    def __init__(self, repo: Repo, env: Mapping[str, str] | None = None) -> None:
        try:
            self._git = subprocess.Popen(
                ["git", *SAFE, "cat-file", "--batch"],
                cwd=repo.root,
                env=environment({**repo.variables, **(env or {})}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise OutsideError("git is not on PATH. Install it, or load its module.") from None
        self._text = lru_cache(maxsize=_REMEMBERED)(self._read_text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._git.kill()  # in the middle of an answer it would wait for a reader
        for pipe in (self._git.stdin, self._git.stdout):
            if pipe:
                pipe.close()
        self._git.wait()

    def get(self, name: str) -> Object | None:
        """The object of this name, as `HEAD:./a` or `:a` or an id; None where there is none.

        Raises:
            MalformedError: it is larger than 16 MiB.
            OutsideError: git ended.
        """
        if not name.strip() or any(mark in name for mark in "\n\r\0"):
            return None  # names are asked for a line each
        asked, answers = self._git.stdin, self._git.stdout
        assert asked is not None  # noqa: S101  # both are pipes, as said above
        assert answers is not None  # noqa: S101
        try:
            asked.write(name.encode(errors="surrogateescape") + b"\n")
            asked.flush()
            head = answers.readline()
        except BrokenPipeError:
            head = b""
        if not head:
            raise OutsideError("`git cat-file` ended in the middle. `git fsck` says what is broken.")
        words = head.split()
        if not words[-1].isdigit():  # `<name> missing`, `<name> ambiguous`
            return None
        size = int(words[-1])
        if size > _LARGEST:
            raise MalformedError(f"{name} is larger than 16 MiB, so nothing of ckreg's. Keep it elsewhere.")
        content = answers.read(size + 1)[:size]
        return Object(words[0].decode(), words[-2].decode(), content)

    def id_of(self, name: str) -> str | None:
        """The id of the object of this name; None where there is none.

        Raises:
            MalformedError, OutsideError: as `get`.
        """
        found = self.get(name)
        return found.id if found else None

    def files(self, name: str) -> dict[str, str] | None:
        """The ids of what lies in a folder (`HEAD:a/b`), by name; None where there is no such folder."""
        found = self.get(name)
        if found is None or found.kind != "tree":
            return None
        rest, files, width = found.content, dict[str, str](), len(found.id) // 2
        while rest:
            head, _, rest = rest.partition(b"\0")
            file = head.partition(b" ")[2].decode(errors="surrogateescape")
            files[file], rest = rest[:width].hex(), rest[width:]
        return files

    def text(self, name: str) -> str | None:
        """A file's text; None where there is no such file. What is not UTF-8 is kept, undecoded.

        Those that were read last are remembered: a name means the same as long as this git runs.
        """
        return self._text(name)

    def _read_text(self, name: str) -> str | None:
        found = self.get(name)
        if found is None or found.kind != "blob":
            return None
        return found.content.decode(errors="surrogateescape")
