"""Follows README.md word by word, as a stranger does: `python docs/try_readme.py`, or `make stranger`.

The repository as it is committed is cloned into an empty home, and nothing of this environment goes along. Every command
of the page's `sh` and `console` blocks is typed in its order, has to end well, and to print what the page says. The time
is printed. It needs bash, git, make and Python, and installs ckreg as the page does.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from played import calls, same
from programs import linked

ROOT = Path(__file__).resolve().parents[1]
# Minutes long, and a step of its own of every build.
NOT_TYPED = {"make test"}

_BLOCK = re.compile(r"(?ms)^```(sh|console)\n(.*?)^```$")
_COMMENT = re.compile(r"(?m)\s+# .*$")
_MARK = "@@ ended"
_ENDED = re.compile(rf"{_MARK} (\d+) (\d+)\n")
# What names no time of day is a day: that of the page's, or that of the stranger's.
_DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?![ T]\d\d:\d\d)")
_NO_PACKAGES = re.compile(
    r"No matching distribution|Could not find a version|Failed to establish|ConnectionError"
)
# Where packages come from here, and by which way.
_WAY_OUT = re.compile(r"PIP_\w+|SSL_CERT_\w+|(https?|no|all)_proxy", re.IGNORECASE)


class Step(NamedTuple):
    """A command as the page has it, and what the page says that it prints; None where it does not say."""

    typed: str
    told: str | None


class Done(NamedTuple):
    """What became of a step: its exit code, what it printed, and the seconds that it took."""

    step: Step
    code: int
    printed: str
    seconds: float


def steps(text: str) -> list[Step]:
    """All commands of a page that a reader is to type."""
    return [step for block in _BLOCK.finditer(text) for step in _steps(*block.groups(), whole=block[0])]


def _steps(language: str, body: str, *, whole: str) -> Iterator[Step]:
    if language == "console":
        yield from (Step(call.typed, call.printed) for call in calls(whole))
    else:
        typed = (_COMMENT.sub("", line).strip() for line in body.split("\n"))
        yield from (Step(line, None) for line in typed if line and line not in NOT_TYPED)


def follow(todo: Sequence[Step], folder: Path, env: Mapping[str, str]) -> list[Done]:
    """Type the steps into one shell, until one of them fails."""
    script = "".join(
        f'{step.typed}\ncode=$?; echo "{_MARK} $code $(date +%s%N)"; [ $code = 0 ] || exit\n' for step in todo
    )
    shell = subprocess.run(
        ["env", "-i", *(f"{name}={value}" for name, value in env.items()), "bash"],
        input=f'echo "{_MARK} 0 $(date +%s%N)"\n{script}',
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    _, _, began, *rest = _ENDED.split(shell.stdout)
    ended = [int(began), *map(int, rest[2::3])]
    return [
        Done(step, int(code), printed, (end - start) / 1e9)
        for step, printed, code, start, end in zip(
            todo, rest[0::3], rest[1::3], ended, ended[1:], strict=False
        )
    ]


def fault(done: Done) -> str | None:
    """What is wrong with how a step went; None: nothing is."""
    if done.code:
        return f"`{done.step.typed}` ended with exit code {done.code}:\n{done.printed}"
    if done.step.told is not None and not same(_any_day(done.step.told), _any_day(done.printed)):
        return f"`{done.step.typed}` printed\n{done.printed}\nand README.md says\n{done.step.told}"
    return None


def _any_day(text: str) -> str:
    return _DAY.sub("<day>", text)


def environment(home: Path) -> dict[str, str]:
    """A HOME, where programs lie, the way to packages; no name in git, no language, no Slurm."""
    way = {name: value for name, value in os.environ.items() if _WAY_OUT.fullmatch(name)}
    path = linked(home.parent / "bin", os.pathsep.join([f"{sys.base_prefix}/bin", os.defpath]))
    return way | {"HOME": str(home), "PATH": str(path)}


def main() -> int:
    """Follow the page, and tell."""
    with tempfile.TemporaryDirectory(prefix="ckreg-stranger-") as folder:
        home = Path(folder).resolve() / "home"
        home.mkdir()
        env = environment(home)
        (cloned,) = follow([Step(f"git clone --quiet '{ROOT}' ckreg", None)], home, env)
        page = (home / "ckreg" / "README.md").read_text(encoding="utf-8")
        todo = steps(page)
        done = [cloned, *follow(todo, home / "ckreg", env)]
    for one in done:
        print(f"{one.seconds:6.1f} s  {one.step.typed.splitlines()[0]}")
    faults = [told for told in map(fault, done) if told]
    if done[-1].code and _NO_PACKAGES.search(done[-1].printed):
        print("Skipped: pip finds no packages here.")
        return 0
    print("\n".join(faults) or f"README.md, word by word: {sum(one.seconds for one in done):.0f} s.")
    return 1 if faults or len(done) <= len(todo) else 0


if __name__ == "__main__":
    sys.exit(main())
