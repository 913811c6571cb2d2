"""Asks the machine: really runs ls, du, df and a quota command, and looks into model folders."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ckreg.core.text import one_line

_SECONDS = 60  # a network filesystem that hangs must not hang the plan
_WEIGHTS = (".safetensors", ".bin", ".pth", ".pt")
_CONFIGS = ("config.json", "params.json", "original/params.json")
_LFS_POINTER = b"version https://git-lfs"
_INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
_INDEX_LIMIT = 64 * 1024 * 1024  # bytes
_DU_SECONDS = 10
_LARGE_TREE_SECONDS = 300
_MOST_ENTRIES = 1000
_MOST_FOLDERS = 20
_CHECKPOINT = re.compile(r"(?:epoch_|checkpoint-)(\d{1,9})")
_STATE = re.compile(r"training_args|optimizer|scheduler|rng_state|recipe_state|scaler")
_DF_ROW = re.compile(r"^(\S.*?)\s+\d+\s+\d+\s+(-?\d+)\s+\d+%\s+(\S.*)$", re.MULTILINE)
_DF_ROOM = re.compile(r"\s(\d+)\s+\d+\s+(-?\d+)\s+\d+%\s")


@dataclass(frozen=True, slots=True)
class Answer:
    """A command as it was run, what it printed, and why it failed if it did (None where it did not)."""

    command: str
    output: str
    problem: str | None


def ask(words: Sequence[str], *, folder: str | None = None, seconds: float = _SECONDS) -> Answer:
    """Run a program without a shell, in the C locale, with nothing to read; in `folder`, else here."""
    command = one_line(shlex.join(words))
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            check=False,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            timeout=seconds,
        )
    except FileNotFoundError:
        return Answer(command, "", f"{words[0]} is not installed")
    except subprocess.TimeoutExpired:
        return Answer(command, "", f"no answer in {seconds:g} s")
    except (OSError, ValueError) as error:  # ValueError: a NUL in a path
        return Answer(command, "", one_line(str(error)))
    output = done.stdout.decode(errors="replace")
    complaint = one_line(done.stderr.decode(errors="replace"))
    return Answer(command, output, (complaint or f"exit {done.returncode}") if done.returncode else None)


def list_names(path: str) -> Answer:
    """`ls` of a folder or a file."""
    return ask(["ls", "--", path])


def list_size(path: str) -> Answer:
    """`ls -lh` of a folder's own line, or of a file."""
    return ask(["ls", "-lhd", "--", path])


def measure(path: str) -> tuple[Answer, int | None]:
    """`du` of everything under the path, links followed (Hugging Face's cache is links), in bytes."""
    answer = ask(["du", "-skL", "--", path])
    found = re.match(r"(\d+)\s", answer.output)
    return answer, int(found.group(1)) * 1024 if found else None


def held_by(folder: str) -> tuple[Answer, int | None]:
    """`du` of a folder itself, links not followed, in bytes: what removing it gives back."""
    answer = ask(["du", "-sk", "--", folder], seconds=_LARGE_TREE_SECONDS)
    found = re.match(r"(\d+)\s", answer.output)
    return answer, int(found.group(1)) * 1024 if found and not answer.problem else None


def free_space(path: str) -> tuple[Answer, float | None]:
    """`df` of the filesystem that holds the path, in GiB."""
    answer = ask(["df", "-Pk", "--", path])
    found = _DF_ROW.search(answer.output)
    return answer, int(found.group(2)) / 1024**2 if found and not answer.problem else None


def room(path: str, *, seconds: float) -> tuple[float, float] | None:
    """What is free on the path's filesystem, and all there is, in GiB; None where `df` does not tell."""
    answer = ask(["df", "-Pk", "--", path], seconds=seconds)
    found = _DF_ROOM.search(answer.output)
    return (int(found[2]) / 1024**2, int(found[1]) / 1024**2) if found and not answer.problem else None


def free_files(path: str) -> tuple[Answer, int | None]:
    """`df -i` of the filesystem that holds the path: how many files fit; None where nothing counts them."""
    answer = ask(["df", "-Pi", "--", path])
    found = _DF_ROW.search(answer.output)
    return answer, int(found.group(2)) if found and not answer.problem else None


def filesystem(answer: Answer) -> tuple[str, ...]:
    """The device and the mount point in an answer of `df`."""
    found = _DF_ROW.search(answer.output)
    return (found.group(1), found.group(3)) if found else ()


def quota(command: str) -> Answer:
    """The answer of a person's own quota command, which is found on PATH or named by its full path.

    It is run without a shell and in `/`, so that nothing that lies in a registry can be meant by it.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        return Answer(one_line(command), "", f"quota_command is no command: {one_line(str(error))}")
    if not words:
        return Answer("", "", "quota_command is empty")
    if "/" in words[0] and not words[0].startswith("/"):
        return Answer(one_line(command), "", "quota_command is not run: name the program by its full path")
    return ask(words, folder="/")


@dataclass(frozen=True, slots=True)
class CheckpointSize:
    """A checkpoint's folder, as `du` measured it; whether it holds adapters without the model's weights."""

    gib: float
    adapter_only: bool
    command: str


def last_checkpoint(folder: str) -> CheckpointSize | None:
    """The size of the last `epoch_N` (torchtune) or `checkpoint-N` (Trainer) in a folder, or one level below.

    Few entries are looked at, and `du` has a few seconds: this is one of several ways to a number.
    """
    below = [entry.path for entry in _folders(folder)]
    for place in (folder, *below[:_MOST_FOLDERS]):
        numbered = sorted(
            (int(found.group(1)), entry.path)
            for entry in _folders(place)
            if (found := _CHECKPOINT.fullmatch(entry.name))
        )
        for _, path in reversed(numbered):
            adapter_only = _adapter_only(path)
            answer = ask(["du", "-sk", "--", path], seconds=_DU_SECONDS) if adapter_only is not None else None
            held = re.match(r"(\d+)\s", answer.output) if answer and not answer.problem else None
            if answer and held and adapter_only is not None:
                return CheckpointSize(int(held.group(1)) / 1024**2, adapter_only, answer.command)
    return None


def _folders(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                (entry for entry in islice(entries, _MOST_ENTRIES) if entry.is_dir(follow_symlinks=False)),
                key=lambda entry: entry.name,
            )
    except (OSError, ValueError):
        return []


def _adapter_only(folder: str) -> bool | None:
    """None where there are no weights at all: a checkpoint that was cleaned up, or none."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, _MOST_ENTRIES)]
    except (OSError, ValueError):
        return None
    weights = [name for name in names if name.endswith((*_WEIGHTS, ".distcp")) and not _STATE.match(name)]
    return all(name.startswith("adapter") for name in weights) if weights else None


# os.path answers no where pathlib raises: in a folder that may not be entered, for a name with a NUL.
def exists(path: str) -> bool:
    """Whether anything is there that can be seen."""
    return os.path.exists(path)  # noqa: PTH110


def is_folder(path: str) -> bool:
    """Whether a folder is there that can be seen."""
    return os.path.isdir(path)  # noqa: PTH112


def file_bytes(path: str) -> int | None:
    """A file's size; None for anything else."""
    try:
        return os.path.getsize(path) if os.path.isfile(path) else None  # noqa: PTH113, PTH202
    except (OSError, ValueError):
        return None


def config_name(folder: str, *, trained: bool = False) -> str | None:
    """The file that says the model's shape: `config.json` (Hugging Face) or `params.json` (Meta).

    What was `trained` may be an adapter, which has `adapter_config.json`.
    """
    adapter = ("adapter_config.json",) if trained else ()
    return next((name for name in (*_CONFIGS, *adapter) if file_bytes(f"{folder}/{name}")), None)


def config_fault(folder: str, name: str | None) -> str | None:
    """Why the model's shape cannot be read: no such file, or what is in it is not JSON."""
    if name is None:
        return "it has no config.json"
    try:
        readable = (file_bytes(f"{folder}/{name}") or 0) < _INDEX_LIMIT
        told = json.loads(Path(folder, name).read_bytes()) if readable else None
    except OSError as error:
        return f"its {name} cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        told = None
    return None if isinstance(told, dict) else f"its {name} is not a JSON object"


def weight_bytes(folder: str) -> int:
    """How large the files of weights are together, links followed."""
    return sum(file_bytes(str(path)) or 0 for path in _all_weight_files(folder))


def weights_fault(folder: str) -> str | None:
    """Why the weights are not all there: no file, an empty one, a pointer of git-lfs, a missing shard."""
    files = _all_weight_files(folder)
    if not files:
        return "it has no weights"
    hollow = next((path for path in files if _hollow(path)), None)
    if hollow:
        return f"{one_line(hollow.name)} is empty, a dangling link or only a pointer of git-lfs"
    missing = [
        name for index in _INDEXES for name in _shards(Path(folder, index)) if not Path(folder, name).exists()
    ]
    return f"{len(set(missing))} of its weight files are missing" if missing else None


def _all_weight_files(folder: str) -> list[Path]:
    return [path for part in ("", "original") for path in _weight_files(Path(folder, part))]


def _weight_files(folder: Path) -> list[Path]:
    try:
        return sorted(
            path for path in folder.iterdir() if path.suffix in _WEIGHTS and path.name != "training_args.bin"
        )
    except OSError:
        return []


def _hollow(path: Path) -> bool:
    if not file_bytes(str(path)):  # empty, a link to nothing, or a pipe that would never end
        return True
    try:
        with path.open("rb") as file:
            head = file.read(len(_LFS_POINTER))
    except OSError:
        return True
    return head == _LFS_POINTER


def _shards(index: Path) -> list[str]:
    """The weight files that an index names; none where there is no index that can be read."""
    if not 0 < (file_bytes(str(index)) or 0) < _INDEX_LIMIT:
        return []
    try:
        names = json.loads(index.read_bytes())["weight_map"].values()
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return []
    return [name for name in names if isinstance(name, str) and "\0" not in name]
