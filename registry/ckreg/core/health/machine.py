"""Rules about the machine: git, who commits, Slurm."""

import re

from ckreg.core.health.finding import Finding, ok, warn, wrong
from ckreg.core.text import one_line

GIT_NEEDED = (2, 36)  # the first with `core.fsync`: before, a commit may be gone after a power cut
_VERSION = re.compile(r"(\d+)\.(\d+)")
_LOAD = "Load a newer git (`module avail git`), or install one."


def git_version(told: str | None) -> Finding:
    """`told` is what `git --version` printed, None where there is no git."""
    needed = ".".join(map(str, GIT_NEEDED))
    if told is None:
        return wrong("git", "git is not on PATH.", f"Install git {needed} or newer, or load its module.")
    shown = one_line(told).removeprefix("git version ")
    found = _VERSION.search(told)
    if found is None:
        return warn("git", f"`git --version` says {shown!r}, which is no version.", _LOAD)
    if (int(found[1]), int(found[2])) < GIT_NEEDED:
        why = f"git {shown} is older than {needed}: it cannot be told to sync a commit to disk (core.fsync)."
        return wrong("git", why, _LOAD)
    return ok("git", f"git {shown}; {needed} or newer is needed (core.fsync).")


def identity(told: str | None) -> Finding:
    """`told` is git's `GIT_COMMITTER_IDENT`, None where git does not know who commits."""
    if told is None:
        return wrong(
            "identity",
            "git does not know who you are, so nothing can be committed.",
            "`git config --global user.name 'Your Name'` and `... user.email you@example.org`.",
        )
    return ok("identity", f"Commits are by {one_line(told.rpartition('>')[0])}>.")


def slurm(program: str, told: str | None, failed: str | None) -> Finding:
    """`told` is its version; `failed` says why a short question was not answered."""
    shown = f" (Slurm {one_line(told).removeprefix('slurm ')})" if told else ""
    if failed is None:
        return ok(program, f"{program} answers{shown}.")
    return warn(
        program,
        f"{program}{shown} did not answer: {one_line(failed).removeprefix(f'{program}: ')}.",
        f"Try `{program}` by hand; while it is silent, ckreg changes no status.",
    )


def no_slurm() -> Finding:
    """None of Slurm's programs is here."""
    return ok("slurm", "No Slurm here; only `submit` and `status sync` need it.")
