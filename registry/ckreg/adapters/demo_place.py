"""Lays out the demo: bundled job logs, data, an evaluation script, a spec, stand-in models and programs."""

import json
import shlex
import sys
import tempfile
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ckreg.errors import OutsideError, UsageError

MATERIAL = "demo_material"
PLACE = "@PLACE@"  # stands for the demo's folder in the bundled files that end in `.in`
# The shapes of the models that the bundled logs are of: (width, layers, feed-forward width).
MODELS = {"Llama-mini-2M-Instruct": (256, 3, 704), "Llama-mini-8M-Instruct": (384, 5, 1024)}

PROGRAMS = ("tune", "inspect")


def lay_out(folder: Path | None) -> Path:
    """Fill `folder`, which must be empty or absent, or a new temporary one; gives where it is.

    Raises:
        UsageError: the folder has something in it.
        OutsideError: it cannot be written.
    """
    try:
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="ckreg-demo-"))
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is not empty. Name a folder that is empty or does not exist yet.")
        folder = folder.resolve()
        _copy(files("ckreg") / MATERIAL, folder, folder)
        for name, shape in MODELS.items():
            _stand_in(folder / "models" / name, *shape)
        for name in PROGRAMS:
            _program(tools(folder) / name)
    except OSError as error:
        raise OutsideError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
    return folder


def tools(place: Path) -> Path:
    """Where the stand-ins of programs lie, as a folder of PATH."""
    return place / "tools" / "bin"


def _copy(source: Traversable, target: Path, place: Path) -> None:
    """Copy a bundled file or folder. `x.in` becomes `x`, with the demo's folder filled in."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        for part in source.iterdir():
            _copy(part, target / part.name, place)
    elif target.suffix == ".in":
        in_quotes = json.dumps(str(place), ensure_ascii=False)[1:-1]
        target.with_suffix("").write_bytes(source.read_bytes().replace(PLACE.encode(), in_quotes.encode()))
    else:
        target.write_bytes(source.read_bytes())


def _stand_in(folder: Path, width: int, layers: int, feed_forward: int) -> None:
    """A model's folder as Hugging Face lays it out, with weights that are a valid file without a tensor."""
    folder.mkdir(parents=True)
    shape = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": width,
        "intermediate_size": feed_forward,
        "num_attention_heads": 8,
        "num_hidden_layers": layers,
        "num_key_value_heads": 4,
        "vocab_size": 384,
    }
    (folder / "config.json").write_text(json.dumps(shape, indent=2) + "\n")
    # The safetensors format: the header's length in 8 bytes, little-endian, then the header as JSON.
    header = json.dumps({"__metadata__": {"note": "a stand-in of ckreg demo"}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)


def _program(path: Path) -> None:
    """A program for PATH, run by the Python that runs us."""
    script = path.parent.parent / f"{path.name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n')
    path.chmod(0o755)
