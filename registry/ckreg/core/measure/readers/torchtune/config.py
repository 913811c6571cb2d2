"""What torchtune's banner and resolved config say of a run."""

import re
from collections.abc import Mapping

from ckreg.core.measure.config import read_config, text_of

BANNER = b" with resolved config:"

_RECIPE = re.compile(rb"Running (\w{1,80})$")
_SLICE = re.compile(r"\w{1,60}\[(\d{1,12})?:(\d{1,12})\]")  # Hugging Face's `train[:1920]`
_PACKED = re.compile(rb"Packing dataset: 100%\|[^|\r\n]{0,400}+\| (\d{1,12})/(\d{1,12}) \[")
_LABEL = re.compile(rb"[ \t]*\d{1,6}: ")

# The class's name in `tune ls`, where it does not follow from the words of the class.
_RECIPES = {
    "EleutherEvalRecipe": "eleuther_eval",
    "InferenceRecipe": "generate",
    "QuantizationRecipe": "quantize",
    "KDRecipeSingleDevice": "knowledge_distillation_single_device",
    "KDRecipeDistributed": "knowledge_distillation_distributed",
    "GRPOFullFinetuneRecipeDistributed": "dev/grpo_full_finetune_distributed",
    "EarlyExitFinetuneRecipeDistributed": "dev/early_exit_finetune_distributed",
}
_WORDS = re.compile(r"QLoRA|LoRA|QAT|DPO|PPO|GRPO|[A-Z][a-z]*|\d+")


def recipe_name(recipe_class: str) -> str:
    """The name that `tune ls` shows: LoRAFinetuneRecipeSingleDevice is lora_finetune_single_device."""
    if recipe_class in _RECIPES:
        return _RECIPES[recipe_class]
    return "_".join(_WORDS.findall(recipe_class.replace("Recipe", ""))).lower() or recipe_class


def recipe_and_config(prose: bytes) -> tuple[str | None, Mapping[str, str]]:
    """The banner's recipe and the YAML between the blank lines after it, without `srun --label`'s labels."""
    at = prose.find(BANNER)
    if at < 0:
        return None, {}
    start = max(prose.rfind(b"\n", max(0, at - 300), at), prose.rfind(b"\r", max(0, at - 300), at)) + 1
    recipe = _RECIPE.search(prose[max(start, at - 90) : at])
    body = prose[at + len(BANNER) : at + 100_000].replace(b"\r\n", b"\n")
    label = _LABEL.match(prose[start:at])
    if label:
        lines = body.split(b"\n")
        body = b"\n".join(
            [line[len(label[0]) :] for line in lines if line.startswith((label[0], label[0].rstrip()))]
        )
    config = body.lstrip(b" \r\n").partition(b"\n\n")[0]
    return recipe_name(recipe[1].decode()) if recipe else None, read_config(config.decode(errors="replace"))


def model_of(config: Mapping[str, str]) -> str | None:
    """The model folder's name, else the component's; a tuned model's folder is called after its epoch."""
    folders = [
        part for part in re.split(r"[/\\]", text_of(config, "checkpointer.checkpoint_dir") or "") if part
    ]
    if len(folders) > 1 and re.fullmatch(r"epoch_\d+", folders[-1]):
        return folders[-2]
    if folders and folders[-1] not in {".", ".."}:
        return folders[-1]
    return _component(config, "model")


def dataset_of(config: Mapping[str, str]) -> str | None:
    """Where the training data come from: files, else the hub's name, else the builder that knows it."""
    files = text_of(config, "dataset.data_files")
    return files or text_of(config, "dataset.source") or _component(config, "dataset")


def samples_of(config: Mapping[str, str], prose: bytes) -> int | None:
    """Samples of the training split: those that packing went through, else of a slice, `train[:1920]`."""
    split = _SLICE.fullmatch(text_of(config, "dataset.split") or "")
    packed = _PACKED.search(prose)
    if packed and packed[1] == packed[2]:
        return int(packed[1])
    return max(0, int(split[2]) - int(split[1] or 0)) or None if split else None


def _component(config: Mapping[str, str], part: str) -> str | None:
    name = text_of(config, f"{part}._component_")
    return name.rpartition(".")[2] or None if name else None


def gpus_of(recipe: str | None, config: Mapping[str, str]) -> int | None:
    """A recipe for a single device has one GPU, or none on a CPU; a distributed one does not say how many."""
    device = text_of(config, "device") or ""
    if device.startswith("cpu"):
        return 0
    return 1 if recipe and recipe.endswith("single_device") else None
