"""What torchtune prints besides bars: memory, checkpoints, tokens; and the epilogue's wall time."""

import re
from collections.abc import Mapping

from ckreg.core.measure.config import text_of

_SIZE = rb"(\d{1,9}(?:\.\d{1,20})?)"
_MODEL_SAVED = re.compile(rb"Model checkpoint of size " + _SIZE + rb" (GiB|GB) saved to ([^\r\n]{1,1000})")
_ADAPTER_SAVED = re.compile(
    rb"Adapter checkpoint of size " + _SIZE + rb" (GiB|GB) saved to ([^\r\n]{1,1000})"
)
_SAVED_IN = re.compile(rb"heckpoint saved in " + _SIZE + rb" sec")
_MEMORY = re.compile(rb"GPU peak memory (?:\w{1,20}): " + _SIZE + rb" (GiB|GB)")
_LOGGED_MEMORY = re.compile(rb"peak_memory_(?:active|alloc|reserved)[: ] *" + _SIZE)
_TOKENS = re.compile(rb"tokens_per_second_per_gpu[: ] *" + _SIZE + rb"(?=\s)")
_WALL_TIME = re.compile(rb"(?:walltime=|Job Wall-clock time: )(?:(\d{1,4})-)?(\d{1,6}):(\d\d):(\d\d)")

_GB_IN_GIB = 1e9 / 2**30  # torchtune before December 2024 printed decimal gigabytes


def last_save_seconds(prose: bytes) -> float | None:
    """Seconds of the last save."""
    saves = _SAVED_IN.findall(prose)
    return float(saves[-1]) if saves else None


def last_tokens_per_second(prose: bytes) -> float | None:
    """The loggers' last value, which is one step's, not the mean; a value cut in two does not count."""
    tokens = _TOKENS.findall(prose)
    return float(tokens[-1]) if tokens else None


def _gib(size: bytes, unit: bytes) -> float:
    return round(float(size) * (1.0 if unit == b"GiB" else _GB_IN_GIB), 5)


def peak_memory_gib(prose: bytes) -> float | None:
    """The most that any line tells; the loggers' values bear the unit of the version's own lines."""
    printed = _MEMORY.findall(prose)
    unit = printed[0][1] if printed else b"GiB"
    sizes = [_gib(*each) for each in printed] + [_gib(each, unit) for each in _LOGGED_MEMORY.findall(prose)]
    return max(sizes, default=None)


def checkpoint_gib(prose: bytes, config: Mapping[str, str]) -> float | None:
    """The model's size in the last save: the sum of its files, None where they are not all there."""
    files: dict[bytes, float] = {}
    last_save = None
    for size, unit, path in _MODEL_SAVED.findall(prose):
        folder, _, name = path.strip().rpartition(b"/")
        epoch = re.fullmatch(rb"\w+_\d+_(\d+)\.(?:pt|bin|safetensors)", name)
        save = folder + (b"/" + epoch[1] if epoch else b"")
        if save != last_save:
            files, last_save = {}, save
        files[name] = _gib(size, unit)
    if not files:
        return None
    first = next(iter(files))
    of_many = re.search(rb"-of-(\d{1,6})\.", first)
    if of_many:
        expected: int | None = int(of_many[1])
    elif first.startswith(b"hf_model_"):
        listed = text_of(config, "checkpointer.checkpoint_files")
        expected = len(listed.split("\n")) if listed else None
    else:
        expected = len(files)
    return round(sum(files.values()), 5) if expected == len(files) else None


def adapter_checkpoint_gib(prose: bytes) -> float | None:
    """The adapters' size in the last save: the sum of its files, torchtune's own and PEFT's."""
    files: dict[bytes, float] = {}
    last_save = None
    for size, unit, path in _ADAPTER_SAVED.findall(prose):
        folder, _, name = path.strip().rpartition(b"/")
        epoch = re.fullmatch(rb"adapter_(\d+)\.pt", name)
        save = folder + (b"/" + epoch[1] if epoch else b"")
        if save != last_save:
            files, last_save = {}, save
        files[name] = _gib(size, unit)
    return round(sum(files.values()), 5) if files else None


def wall_seconds(prose: bytes) -> float | None:
    """The job's wall time, where an epilogue (PACE, seff) wrote it into the log."""
    matches = _WALL_TIME.findall(prose)
    if not matches:
        return None
    days, hours, minutes, seconds = (int(each or 0) for each in matches[-1])
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
