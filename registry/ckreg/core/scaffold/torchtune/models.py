"""From a model's folder to torchtune's parts for it: builder, tokenizer, checkpointer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ckreg.core.scaffold.torchtune.shapes import Shape, read_shape
from ckreg.errors import RefusedError


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A base model's folder as it was found: its files relative to it, and what `config.json` says."""

    name: str
    path: str
    files: tuple[str, ...] = ()
    config: Mapping[str, object] = field(default_factory=dict)


class Family(NamedTuple):
    """What models of one kind share; `model_type` is what the checkpointer calls them."""

    module: str
    model_type: str
    tokenizer: str


_LLAMA2 = Family("llama2", "LLAMA2", "llama2.llama2_tokenizer")
_LLAMA3 = Family("llama3", "LLAMA3", "llama3.llama3_tokenizer")
_LLAMA3_1 = Family("llama3_1", "LLAMA3", "llama3.llama3_tokenizer")
_LLAMA3_2 = Family("llama3_2", "LLAMA3_2", "llama3.llama3_tokenizer")
_LLAMA3_3 = Family("llama3_3", "LLAMA3", "llama3.llama3_tokenizer")
_QWEN2 = Family("qwen2", "QWEN2", "qwen2.qwen2_tokenizer")
_QWEN2_5 = Family("qwen2_5", "QWEN2", "qwen2_5.qwen2_5_tokenizer")
_QWEN = Family("qwen2", "QWEN2", "qwen2_5.qwen2_5_tokenizer")  # of any size: the shape is that of Qwen2
_MISTRAL = Family("mistral", "MISTRAL", "mistral.mistral_tokenizer")
_GEMMA = Family("gemma", "GEMMA", "gemma.gemma_tokenizer")
_GEMMA2 = Family("gemma2", "GEMMA2", "gemma.gemma_tokenizer")
_PHI3 = Family("phi3", "PHI3_MINI", "phi3.phi3_mini_tokenizer")
_PHI4 = Family("phi4", "PHI4", "phi4.phi4_tokenizer")


class Stock(NamedTuple):
    """A model that torchtune has a builder for.

    `dims` are layers and width of its `config.json`; `shards` how many safetensors files it is published in.
    """

    pattern: str
    family: Family
    builder: str
    dims: tuple[int, int]
    shards: int


# The first whose pattern is in the folder's name, in small letters, counts.
_STOCK = (
    Stock(r"llama-?3\.3-70b", _LLAMA3_3, "llama3_3_70b", (80, 8192), 30),
    Stock(r"llama-?3\.2-1b", _LLAMA3_2, "llama3_2_1b", (16, 2048), 1),
    Stock(r"llama-?3\.2-3b", _LLAMA3_2, "llama3_2_3b", (28, 3072), 2),
    Stock(r"llama-?3\.1-8b", _LLAMA3_1, "llama3_1_8b", (32, 4096), 4),
    Stock(r"llama-?3\.1-70b", _LLAMA3_1, "llama3_1_70b", (80, 8192), 30),
    Stock(r"llama-?3\.1-405b", _LLAMA3_1, "llama3_1_405b", (126, 16384), 191),
    Stock(r"llama-?3-8b", _LLAMA3, "llama3_8b", (32, 4096), 4),
    Stock(r"llama-?3-70b", _LLAMA3, "llama3_70b", (80, 8192), 30),
    Stock(r"llama-?2-7b", _LLAMA2, "llama2_7b", (32, 4096), 2),
    Stock(r"llama-?2-13b", _LLAMA2, "llama2_13b", (40, 5120), 3),
    Stock(r"llama-?2-70b", _LLAMA2, "llama2_70b", (80, 8192), 15),
    Stock(r"qwen2\.5-0\.5b", _QWEN2_5, "qwen2_5_0_5b", (24, 896), 1),
    Stock(r"qwen2\.5-1\.5b", _QWEN2_5, "qwen2_5_1_5b", (28, 1536), 1),
    Stock(r"qwen2\.5-3b", _QWEN2_5, "qwen2_5_3b", (36, 2048), 2),
    Stock(r"qwen2\.5-7b", _QWEN2_5, "qwen2_5_7b", (28, 3584), 4),
    Stock(r"qwen2\.5-14b", _QWEN2_5, "qwen2_5_14b", (48, 5120), 8),
    Stock(r"qwen2\.5-32b", _QWEN2_5, "qwen2_5_32b", (64, 5120), 17),
    Stock(r"qwen2\.5-72b", _QWEN2_5, "qwen2_5_72b", (80, 8192), 37),
    Stock(r"qwen2-0\.5b", _QWEN2, "qwen2_0_5b", (24, 896), 1),
    Stock(r"qwen2-1\.5b", _QWEN2, "qwen2_1_5b", (28, 1536), 1),
    Stock(r"qwen2-7b", _QWEN2, "qwen2_7b", (28, 3584), 4),
    Stock(r"mistral-7b-(instruct-)?v0\.[12]", _MISTRAL, "mistral_7b", (32, 4096), 3),
    Stock(r"gemma-2-2b", _GEMMA2, "gemma2_2b", (26, 2304), 3),
    Stock(r"gemma-2-9b", _GEMMA2, "gemma2_9b", (42, 3584), 8),
    Stock(r"gemma-2-27b", _GEMMA2, "gemma2_27b", (46, 4608), 24),
    Stock(r"gemma-2b", _GEMMA, "gemma_2b", (18, 2048), 2),
    Stock(r"gemma-7b", _GEMMA, "gemma_7b", (28, 3072), 4),
    Stock(r"phi-3-mini-4k", _PHI3, "phi3_mini", (32, 3072), 2),
    Stock(r"phi-4", _PHI4, "phi4_14b", (40, 5120), 6),
)
# Qwen2.5 builders that tell base models from instructed ones (their longest sequences differ).
_TOLD_APART = ("1_5b", "7b", "14b", "32b", "72b")


class Parts(NamedTuple):
    """torchtune's parts for a model: (component, arguments), and what else its config needs."""

    model: dict[str, object]
    tokenizer: dict[str, object]
    checkpointer: dict[str, object]
    large: bool
    """Whether torchtune's own configs recompute activations to fit it into memory."""


def parts_of(folder: ModelFolder, *, lora: bool) -> Parts:
    """The parts for the model in a folder: by its name, checked against `config.json`; else by that alone.

    Raises:
        RefusedError: torchtune 0.6.1 has none for it, as far as is known here.
    """
    shape = read_shape(folder.config)
    stock = _stock(folder.name, shape)
    if stock is not None:
        family, builder, arguments = stock.family, _builder(stock, folder.name), {}
    elif shape is not None and (generic := _FAMILIES.get(shape.kind)) is not None:
        family, builder, arguments = generic, generic.module, shape.arguments()
    else:
        raise RefusedError(
            f"{folder.path}: torchtune 0.6.1 has no builder that is known for {folder.name}: neither its "
            "name nor its config.json says Llama, Qwen2, Mistral, Gemma or Phi. Write the model, tokenizer "
            "and checkpointer as recipe keys, such as `model._component_`, under the name of a known model."
        )
    component = f"torchtune.models.{family.module}.{'lora_' if lora else ''}{builder}"
    return Parts(
        model={"_component_": component, **arguments},
        tokenizer=_tokenizer(family, folder, own=shape is not None and stock is None),
        checkpointer=_checkpointer(family, folder, stock.shards if stock else 1),
        large=(stock.dims[1] if stock else shape.embed_dim if shape else 0) > _SMALL,
    )


_SMALL = 2304  # the width from which torchtune's single-device configs checkpoint activations
_FAMILIES = {
    "llama3": _LLAMA3,
    "llama3_1": _LLAMA3_1,
    "llama3_2": _LLAMA3_2,
    "qwen2": _QWEN,
    "mistral": _MISTRAL,
}


def _stock(name: str, shape: Shape | None) -> Stock | None:
    """The stock model of that name, unless its `config.json` says another shape."""
    told = name.lower().replace("_", "-")
    stock = next((stock for stock in _STOCK if re.search(stock.pattern, told)), None)
    if stock and shape and (shape.num_layers, shape.embed_dim) != stock.dims:
        return None
    return stock


def _builder(stock: Stock, name: str) -> str:
    size = stock.builder.removeprefix("qwen2_5_")
    if stock.family is not _QWEN2_5 or size not in _TOLD_APART:
        return stock.builder
    return f"{stock.builder}_{'instruct' if 'instruct' in name.lower() else 'base'}"


def _tokenizer(family: Family, folder: ModelFolder, *, own: bool) -> dict[str, object]:
    """The tokenizer with its files; one with a vocabulary of its `own` names its special tokens too."""
    component = {"_component_": f"torchtune.models.{family.tokenizer}"}
    at = folder.path.rstrip("/")
    if family.model_type == _QWEN.model_type:
        return {**component, "path": f"{at}/vocab.json", "merges_file": f"{at}/merges.txt"}
    if family is _PHI4:
        return {**component, "vocab_path": f"{at}/vocab.json", "merges_path": f"{at}/merges.txt"}
    in_original = family.tokenizer == _LLAMA3.tokenizer and not (
        "tokenizer.model" in folder.files and "original/tokenizer.model" not in folder.files
    )
    path = f"{at}/{'original/' if in_original else ''}tokenizer.model"
    special = own and family.tokenizer == _LLAMA3.tokenizer and "tokenizer.json" in folder.files
    return {
        **component,
        "path": path,
        **({"special_tokens_path": f"{at}/tokenizer.json"} if special else {}),
    }


_SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<last>\d{5})\.(?P<kind>safetensors|bin)")
_LISTED = 4  # more files than this are named by a pattern


def _checkpointer(family: Family, folder: ModelFolder, shards: int) -> dict[str, object]:
    return {
        "_component_": "torchtune.training.FullModelHFCheckpointer",
        "checkpoint_dir": folder.path,
        "checkpoint_files": _files(folder, shards),
        "recipe_checkpoint": None,
        "model_type": family.model_type,
    }


def _files(folder: ModelFolder, shards: int) -> list[str] | dict[str, str]:
    """The weights that were found, safetensors first; where there are none, as the model is published."""
    weights = [
        name
        for name in folder.files
        if "/" not in name and not name.startswith(("adapter_", "consolidated", "optimizer", "training_args"))
    ]
    for kind in (".safetensors", ".bin"):
        if found := sorted(name for name in weights if name.endswith(kind)):
            last = _SHARD.fullmatch(found[0])
            if last and int(last["last"]) > _LISTED and len(found) == int(last["last"]):
                return _pattern(last["stem"], last["last"], last["kind"])
            return found
    if shards > _LISTED:
        return _pattern("model", f"{shards:05}", "safetensors")
    if shards > 1:
        return [f"model-{number:05}-of-{shards:05}.safetensors" for number in range(1, shards + 1)]
    return ["model.safetensors"]


def _pattern(stem: str, last: str, kind: str) -> dict[str, str]:
    return {"filename_format": f"{stem}-{{}}-of-{{}}.{kind}", "max_filename": last}
