"""Files of a registry: where it is, reading and replacing whole files, and the one lock."""

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ckreg.errors import BusyError, MalformedError, NotFoundError, OutsideError

SETTINGS = "ckreg.toml"
EXPERIMENTS = "experiments"
SUMMARY = "experiment_summary.md"
PRIOR_RUNS = "prior-runs.jsonl"
_LARGEST = 256 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Home:
    """A registry's folder: `root` holds `ckreg.toml`, `experiments/` and the uncommitted `.ckreg/`."""

    root: Path

    @property
    def state(self) -> Path:
        """`.ckreg/`: cache, spool, lock; never committed."""
        return self.root / ".ckreg"

    @property
    def experiments(self) -> Path:
        """`experiments/`, which holds one folder an experiment."""
        return self.root / EXPERIMENTS

    def summary(self, experiment: str) -> Path:
        """The path of an experiment's document."""
        return Path(self.root, EXPERIMENTS, experiment, SUMMARY)

    def experiment_names(self) -> list[str]:
        """The names of all experiments, sorted; a folder without a document is not one."""
        try:
            names = os.listdir(self.experiments)  # noqa: PTH208  # plain strings: a third of Path's time
        except OSError:
            return []
        return sorted(name for name in names if os.path.exists(f"{self.root}/{EXPERIMENTS}/{name}/{SUMMARY}"))  # noqa: PTH110

    def experiment(self, word: str) -> str:
        """The name of the experiment that a person means: its whole name, or a beginning that fits one only.

        Raises:
            NotFoundError: none or several fit.
        """
        return the_experiment(self.experiment_names(), word, str(self.root))


def the_experiment(names: Sequence[str], word: str, place: str) -> str:
    """The one of the names that a person means: a whole name, or a beginning that fits one only.

    Raises:
        NotFoundError: none or several fit; the message says where, `place`.
    """
    word = word.rstrip("/").removeprefix(f"{EXPERIMENTS}/")
    fitting = [name for name in names if name == word] or [name for name in names if name.startswith(word)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise NotFoundError(
            f"{word!r} fits {len(fitting)} experiments: {', '.join(fitting[:5])}. Say more of it."
        )
    from difflib import get_close_matches  # noqa: PLC0415  # only for somebody's typing error

    near = get_close_matches(word, names, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else "`ckreg list` shows them."
    raise NotFoundError(f"{place} has no experiment {word!r}. {hint}")


def find_home(start: Path) -> Home:
    """The registry that `start` lies in: the nearest folder upwards with a `ckreg.toml`.

    Raises:
        NotFoundError: there is none.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / SETTINGS).is_file():
            return Home(folder)
    raise NotFoundError(
        f"{start} is in no registry (no {SETTINGS} here or above). Run `ckreg init` to make one, "
        f"or name one with `ckreg -C DIR`."
    )


def read_text(path: Path) -> str:
    """The file's text with its own line endings.

    Raises:
        NotFoundError: the file is not there.
        OutsideError: it cannot be read.
        MalformedError: it is not UTF-8, no plain file, far too large, or a link out of the registry.
    """
    try:
        _refuse_way_out(path)
        return _content(path).decode()
    except FileNotFoundError:
        raise NotFoundError(f"{path} does not exist.") from None
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MalformedError(
            f"{path}:{line}: byte {error.object[error.start]:#04x} is not UTF-8. Save the file as UTF-8."
        ) from error


def _refuse_way_out(path: Path) -> None:
    """See that a registry's file is not behind a link out of it: what is told of it would be somebody's."""
    steps = [str(path)]
    while (above := os.path.dirname(steps[-1])) != steps[-1]:  # noqa: PTH120  # text: Path takes ten times as long
        if os.path.lexists(f"{above}/{SETTINGS}"):
            break
        steps.append(above)
    else:
        return
    if not any(map(os.path.islink, steps)):
        return
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(above), "")):  # noqa: PTH118
        raise MalformedError(f"{path} leads out of the registry through a link. Put the file itself there.")


def _content(path: Path) -> bytes:
    """All of a plain file: a pipe would never end, or never begin."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise MalformedError(f"{path} is no plain file. Put one there, or remove it.")
        if facts.st_size > _LARGEST:
            raise MalformedError(f"{path}:1: larger than {_LARGEST >> 20} MiB, so not a file of ckreg's.")
        return file.read()


def replace_text(path: Path, text: str) -> None:
    """Put `text` in the file's place whole, or leave it as it is: written beside it, synced, renamed.

    The file's mode is kept; a link is followed, so that it stays a link.

    Raises:
        OutsideError: the folder is read-only, the disk is full; the old file is untouched.
    """
    import tempfile  # noqa: PLC0415  # 5 ms that reading verbs need not pay

    target = path.resolve()
    try:
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)  # noqa: PTH101  # a name that mkstemp gave
            os.replace(name, target)  # noqa: PTH105
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108
            raise
    except OSError as error:
        raise OutsideError(f"{target} cannot be written: {error.strerror}. Nothing was changed.") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def locked(home: Home, *, timeout_seconds: float = 60.0) -> Iterator[None]:
    """Hold the registry's one lock.

    Raises:
        BusyError: somebody else held it for all of `timeout_seconds`; the message says who.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  # 20 ms that reading verbs need not pay

    path = home.state / "lock"
    holder = home.state / "lock.holder"
    for place in (home.state, path, holder):
        if place.is_symlink():
            raise MalformedError(f"{place} is a link. Remove it: ckreg writes only inside the registry.")
    try:
        home.state.mkdir(exist_ok=True)
        with FileLock(path, timeout=timeout_seconds):
            holder.write_text(f"{os.uname().nodename}, process {os.getpid()}\n")
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except Timeout:
        who = holder.read_text().strip() if holder.exists() else "an unknown process"
        raise BusyError(
            f"{path} is held by {who} since more than {timeout_seconds:g} s. Try again when it is done."
        ) from None
    except PermissionError as error:
        raise OutsideError(f"{path} cannot be locked: {error.strerror}.") from error
