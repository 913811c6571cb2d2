"""Calls git for one registry: no terminal, no editor, no prompt, a time limit."""

import contextlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

from ckreg.adapters.tree import group_umask
from ckreg.errors import NotFoundError, OutsideError, RefusedError

NO_IDENTITY = (
    "git does not know who you are. Tell it with `git config --global user.name 'Your Name'` and "
    "`git config --global user.email you@example.org`, then try again."
)
TIMEOUT_SECONDS = 120
# A folder that came with a clone may look like a git folder, with settings that name programs: not obeyed.
SAFE = ("-c", "safe.bareRepository=explicit")
# Set while ckreg commits, on which its hooks leave at once: it has checked already.
OURS = "CKREG_COMMIT"
_LOSSLESS = "surrogateescape"  # what is not UTF-8 goes through unchanged
# What git calls its local variables: set in a hook, they would lead our git to another index or repository.
_LOCAL = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
}
# Which operation under way leaves which trace in the git folder.
_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
}


@dataclass(frozen=True, slots=True)
class Repo:
    """The git repository around a registry; `prefix` leads from its top to the registry, `""` or `a/b/`.

    `variables` are those that git finds it by, where its folder is not enough.
    """

    root: Path
    git_dir: Path
    prefix: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str, stdin: str | None = None, env: Mapping[str, str] | None = None) -> str:
        """What git printed.

        Raises:
            OutsideError: git failed; the message has its last words.
        """
        done = self.call(*words, stdin=stdin, env=env)
        if done.returncode:
            raise OutsideError(f"`git {_verb(words)}` failed in {self.root}: {last_words(done)}")
        return done.stdout

    def call(
        self, *words: str, stdin: str | None = None, env: Mapping[str, str] | None = None
    ) -> CompletedProcess[str]:
        """Run git in the registry's folder and give all of what came back."""
        if _verb(words) == "commit":
            make_writable(self.git_dir / "COMMIT_EDITMSG")
        return call_git(self.root, *words, stdin=stdin, env={**self.variables, **(env or {})})

    def under_way(self) -> str | None:
        """The operation in the middle of which git is, `a merge` say, or None."""
        for trace, operation in _UNDER_WAY.items():
            if (self.git_dir / trace).exists():
                return operation
        return None

    def head(self) -> str | None:
        """The commit of HEAD, None in a repository without commits."""
        done = self.call("rev-parse", "--quiet", "--verify", "HEAD")
        return done.stdout.strip() or None

    def hooks_folder(self) -> Path:
        """Where git looks for hooks here: `core.hooksPath`, relative to where hooks run, or `hooks`."""
        configured = self.call("config", "--type=path", "--get", "core.hooksPath").stdout.rstrip("\n")
        if configured:
            return Path(self.top(), configured).resolve()
        return Path(self.root, self.run("rev-parse", "--git-path", "hooks").rstrip("\n")).resolve()

    def top(self) -> Path:
        """Where hooks run: the top of the work tree, or the git folder where there is none."""
        steps = self.prefix.count("/")
        return self.root.resolve().parents[steps - 1] if steps else self.root


def call_git(
    folder: Path, *words: str, stdin: str | None = None, env: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    """Run git in a folder; texts go in and out as UTF-8 with their own line endings.

    Raises:
        OutsideError: git is missing, or took longer than two minutes.
    """
    try:
        done = subprocess.run(
            ["git", *SAFE, *words],
            cwd=folder,
            env=environment(env),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            input=(stdin or "").encode(errors=_LOSSLESS),  # empty: git never waits for a terminal
            umask=group_umask(folder),
        )
    except FileNotFoundError:
        raise OutsideError("git is not on PATH. Install it (2.36 or newer), or load its module.") from None
    except subprocess.TimeoutExpired:
        raise OutsideError(
            f"`git {_verb(words)}` took longer than {TIMEOUT_SECONDS} s in {folder}."
        ) from None
    return CompletedProcess(
        done.args,
        done.returncode,
        done.stdout.decode(errors=_LOSSLESS),
        done.stderr.decode(errors=_LOSSLESS),
    )


def make_writable(path: Path) -> None:
    """See that git can write a file that it does not open to the group itself, as it does the rest."""
    if path.exists() and not os.access(path, os.W_OK):
        with contextlib.suppress(OSError):
            path.unlink()  # a colleague's last message: git writes its own there


def environment(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that our git runs with: quiet, and bound to no other repository but by `env`."""
    clean = {key: value for key, value in os.environ.items() if key not in _LOCAL}
    quiet = {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }
    return {**clean, **quiet, **(env or {})}


def last_words(done: CompletedProcess[str]) -> str:
    """What a failed program gave as its reason: its lines with `fatal:` or `error:`, else its last ones."""
    lines = [line.strip() for line in (done.stderr.strip() or done.stdout.strip()).splitlines()]
    told = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines[-3:]
    return " ".join(told).rstrip(".") or f"exit status {done.returncode}"


def _verb(words: tuple[str, ...]) -> str:
    rest = iter(words)
    for word in rest:
        if word != "-c":
            return word
        next(rest)
    return ""


def open_repo(root: Path) -> Repo:
    """The repository that a registry's folder lies in.

    Raises:
        NotFoundError: it lies in none.
        OutsideError: git does not trust its owner.
    """
    done = call_git(root, "rev-parse", "--absolute-git-dir", "--show-prefix")
    if "dubious ownership" in done.stderr:
        raise OutsideError(
            f'git does nothing in {root}, as somebody else owns it ("dubious ownership"). '
            f"If you trust its owner: `git config --global --add safe.directory {root}`."
        )
    if done.returncode:
        raise NotFoundError(f"{root} is in no git repository ({last_words(done)}). Run `ckreg init` there.")
    git_dir, prefix = done.stdout.split("\n")[:2]
    return Repo(root, Path(git_dir), prefix)


def is_repository(folder: Path) -> bool:
    """Whether the folder lies in the work tree of a git repository."""
    return call_git(folder, "rev-parse", "--is-inside-work-tree").stdout.strip() == "true"


def is_bare(folder: Path) -> bool:
    """Whether the folder is, or lies in, a repository without a work tree; this runs nothing of it."""
    allowed = ("-c", "safe.bareRepository=all")
    return call_git(folder, *allowed, "rev-parse", "--is-bare-repository").stdout.strip() == "true"


def refuse_bare(folder: Path) -> None:
    """See that the folder is not a repository without a work tree.

    Raises:
        RefusedError: it is.
    """
    if is_bare(folder):
        raise RefusedError(f"{folder} is a bare repository. Clone it, and run `ckreg init` in the clone.")


def create(root: Path, *, shared: bool = False) -> None:
    """Make a repository of this folder; a `shared` one lets its group write.

    Raises:
        OutsideError: git failed.
    """
    done = call_git(root, "init", "--quiet", *(["--shared=group"] if shared else []))
    if done.returncode:
        raise OutsideError(f"`git init` failed in {root}: {last_words(done)}")


def require_identity(root: Path) -> None:
    """See that git knows who commits; a name that it would guess from the host does not count.

    Raises:
        OutsideError: it does not; the message has the two commands.
    """
    asked = ("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    if call_git(root, *asked).returncode:
        raise OutsideError(NO_IDENTITY)
