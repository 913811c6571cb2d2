"""The last checkpoint of a torchtune run, as far as it can be gone on from."""

import os
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

_EPOCH = re.compile(r"epoch_(\d{1,6})")
_WEIGHTS = (".pt", ".safetensors", ".bin")


def state_path(folder: str) -> Path:
    """Where torchtune writes what a recipe needs to go on."""
    return Path(folder, "recipe_state", "recipe_state.pt")


def epochs_done(folder: str, files: Sequence[str]) -> int | None:
    """How many epochs the last checkpoint has; None where there is none that is whole.

    torchtune writes an epoch's weights first and the recipe's state last: one that is older than the weights
    is of an epoch before, and one without a zip file's end was cut. An adapter goes with the base model; a
    whole model is read from `files` in the epoch's folder.
    """
    state = state_path(folder)
    try:
        epochs = [int(match[1]) for name in os.listdir(folder) if (match := _EPOCH.fullmatch(name))]  # noqa: PTH208  # names
        if not epochs or not zipfile.is_zipfile(state):
            return None
        last = Path(folder, f"epoch_{max(epochs)}")
        weights = [path for path in last.iterdir() if path.suffix in _WEIGHTS]
        written = max((path.stat().st_mtime_ns for path in weights), default=None)
        whole = (last / "adapter_model.pt").is_file() or (
            bool(files) and all((last / name).is_file() for name in files)
        )
        if written is None or not whole or state.stat().st_mtime_ns < written:
            return None
    except (OSError, ValueError):
        return None
    return max(epochs) + 1
