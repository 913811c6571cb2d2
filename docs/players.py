"""Who runs the commands of a page: a real shell, or for pages of `ckreg` alone this process, which is quicker."""

import contextlib
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from programs import linked

from ckreg.cli.main import main

PERSON = ("Ada Lovelace", "ada@example.org")
_MARK = "@@ the next command @@"


def environment(home: Path, *, now: str | None = None) -> dict[str, str]:
    """What a person's shell has, and nothing of whoever plays: a HOME of its own, no Slurm, dates fixed by `now`."""
    programs = linked(home / ".local" / "programs", os.environ.get("PATH", os.defpath))
    return {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{programs}",
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "COLUMNS": "80",
        "GIT_CONFIG_NOSYSTEM": "1",
        **({"CKREG_NOW": now} if now else {}),
    }


def shell(commands: Sequence[str], folder: Path, env: Mapping[str, str]) -> list[str]:
    """What each of the commands prints, on both streams, one after the other in one bash."""
    script = "".join(f"echo '{_MARK}'\n{command}\n" for command in commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.split(f"{_MARK}\n")[1:]


def in_process(commands: Iterable[str], folder: Path) -> list[str]:
    """The same of calls of `ckreg`, and `cd FOLDER`, without anything of a shell but quotes."""
    printed = []
    for program, *words in map(shlex.split, commands):
        if program == "cd":
            folder /= words[0]
        elif program != "ckreg":
            raise ValueError(f"{program}: only `ckreg` is run here")
        printed.append(in_process_with_input(words, folder)[1] if program == "ckreg" else "")
    return printed


def in_process_with_input(words: Sequence[str], folder: Path, typed: str = "") -> tuple[int, str]:
    """The exit code of a call of `ckreg` in a folder, and what it printed on both streams."""
    printed = io.StringIO()
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = main(["-C", str(folder), *words])
    finally:
        sys.stdin = before
    return code, printed.getvalue()


@contextlib.contextmanager
def living_in(env: Mapping[str, str]) -> Iterator[None]:
    """This process with another environment."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def identify(home: Path) -> None:
    """Give the person of this HOME a name in git."""
    name, email = PERSON
    (home / ".gitconfig").write_text(
        f"[user]\n\tname = {name}\n\temail = {email}\n[init]\n\tdefaultBranch = main\n"
    )
