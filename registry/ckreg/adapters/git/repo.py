"""Calls git for one registry: no terminal, no editor, no prompt, a time limit."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO

from ckreg.adapters.tree import Home, group_umask
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
# Other ways to read paths contradict ours, that every path is a name.
_LOCAL = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
}
# Settings of a person that would change what git prints for us.
_SAME_EVERYWHERE = (
    "-c", "color.ui=false",
    "-c", "log.showSignature=false",
    "-c", "trailer.separators=:",
    "-c", "i18n.logOutputEncoding=UTF-8",
)  # fmt: skip
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

    `variables` are those that git finds it by, where its folder is not enough. `inherited` are open files
    that every git is given: their locks tell that it lives.
    """

    root: Path
    git_dir: Path
    prefix: str
    variables: Mapping[str, str] = field(default_factory=dict)
    inherited: tuple[int, ...] = ()

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
        everything = {**self.variables, **(env or {})}
        return call_git(self.root, *words, stdin=stdin, env=everything, inherited=self.inherited)

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
    folder: Path,
    *words: str,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    inherited: tuple[int, ...] = (),
) -> CompletedProcess[str]:
    """Run git in a folder; texts go in and out as UTF-8 with their own line endings.

    Raises:
        OutsideError: git is missing, or took longer than two minutes.
    """
    try:
        with _given(stdin) as given:
            done = subprocess.run(
                ["git", *SAFE, *_SAME_EVERYWHERE, *words],
                cwd=folder,
                env=environment(env),
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
                stdin=given,
                pass_fds=inherited,
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


@contextlib.contextmanager
def _given(text: str | None) -> Iterator[IO[bytes] | int]:
    """What git reads: nothing, or all of a text. A pipe would give it half where its writer is killed."""
    if text is None:
        yield subprocess.DEVNULL  # git never waits for a terminal
        return
    import tempfile  # noqa: PLC0415  # 5 ms that reading verbs need not pay

    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile())
            file.write(text.encode(errors=_LOSSLESS))
            file.seek(0)
        except OSError as error:
            raise OutsideError(f"{tempfile.gettempdir()} cannot be written: {error.strerror}.") from error
        yield file


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
    """Make a repository of this folder, whole or not at all: a killed `git init` could not be repeated.

    A `shared` one lets its group write.

    Raises:
        OutsideError: git failed, or the folder cannot be written.
    """
    if (root / ".git").exists():  # what git does not take for a repository: it says why
        _init(root, shared=shared)
        return
    import shutil  # noqa: PLC0415  # 4 ms, once in a registry's life

    making = Home(root).state / "init"
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        _init(making, shared=shared)
        (making / ".git").rename(root / ".git")
    except OSError as error:
        raise OutsideError(f"{root} cannot become a repository: {error.strerror}.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
        with contextlib.suppress(OSError):
            making.parent.rmdir()


def _init(folder: Path, *, shared: bool) -> None:
    done = call_git(folder, "init", "--quiet", *(["--shared=group"] if shared else []))
    if done.returncode:
        raise OutsideError(f"`git init` failed in {folder}: {last_words(done)}")


def require_identity(root: Path) -> None:
    """See that git knows who commits; a name that it would guess from the host does not count.

    Raises:
        OutsideError: it does not; the message has the two commands.
    """
    asked = ("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    if call_git(root, *asked).returncode:
        raise OutsideError(NO_IDENTITY)
