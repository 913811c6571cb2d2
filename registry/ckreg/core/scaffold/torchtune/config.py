"""A run's `finetune.yaml`: torchtune's own configs of the recipe, with what the plan says in its places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckreg.core.recipes import is_lora
from ckreg.core.scaffold.quoting import literal
from ckreg.core.scaffold.torchtune.data import DataFacts, dataset_tree
from ckreg.core.scaffold.torchtune.models import ModelFolder, parts_of
from ckreg.core.scaffold.torchtune.places import NOT_CONFIG, place_of
from ckreg.core.scaffold.torchtune.recipes import (
    is_quantized,
    refuse_other,
    schedules_rate,
    unread,
)
from ckreg.core.scaffold.torchtune.shapes import read_shape
from ckreg.core.spec.crossing import Run

Tree = dict[str, Any]

SEED = 14  # as cruijff_kit has it for training and evaluation
_VALIDATE_EVERY = 10  # optimizer steps, as in cruijff_kit's own plans
_PACKED_LENGTH = 2048  # tokens that rows are packed into, as cruijff_kit has it; torchtune asks for a number
_PROFILER = {
    "_component_": "torchtune.training.setup_torch_profiler",
    "enabled": False,
    "output_dir": "${output_dir}/profiling_outputs",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a config needs besides the plan: the model's folder, the dataset's files, where output goes."""

    model: ModelFolder
    data: DataFacts
    output_dir: str


def finetune_tree(run: Run, found: Found) -> Tree:
    """The config of a run; a value of the plan goes before any default.

    Raises:
        RefusedError: there are no configs for the recipe, or no parts for the model.
    """
    refuse_other(run.recipe)
    tree = _defaults(run, found)
    for key, value in run.settings:
        if key not in NOT_CONFIG and (key, value) != ("lora_alpha", "auto"):
            place = place_of(key)
            _put(tree, place, literal(value) if len(place) == 1 else in_part(value))
    return tree


def left_unread(run: Run) -> tuple[str, ...]:
    """The keys of the plan that go into the config and that the recipe passes over."""
    keys = tuple(key for key, _ in run.settings if key not in NOT_CONFIG)
    top = tuple(key for key in keys if place_of(key) == (key,))
    return unread(run.recipe, top)


def _defaults(run: Run, found: Found) -> Tree:
    lora = is_lora(run.recipe)
    parts = parts_of(found.model, lora=lora)
    return {
        "output_dir": literal(found.output_dir),
        "model": {**parts.model, **(_adapter(run) if lora else {})},
        "tokenizer": {
            **_in_part(parts.tokenizer),
            "max_seq_len": _packed_length(found.model) if run.packed else None,
            **_prompt(run),
        },
        "checkpointer": {**_in_part(parts.checkpointer), "output_dir": "${output_dir}"},
        "resume_from_checkpoint": False,
        **({"save_adapter_weights_only": False} if lora else {}),
        **_datasets(run, found.data),
        "seed": SEED,
        "shuffle": True,
        "batch_size": run.batch_size or 1,
        "epochs": run.epochs,
        "max_steps_per_epoch": None,
        "gradient_accumulation_steps": 1,
        "optimizer": _optimizer(lora=lora),
        **({"lr_scheduler": _scheduler()} if schedules_rate(run.recipe) or _warmed_up(run) else {}),
        "loss": {"_component_": "torchtune.modules.loss.CEWithChunkedOutputLoss"},
        **({"quantizer": _quantizer()} if is_quantized(run.recipe) else {}),
        "clip_grad_norm": None,
        "compile": False,
        "device": "cuda",
        "dtype": "bf16",
        "enable_activation_checkpointing": parts.large or not lora,
        "enable_activation_offloading": False,
        "metric_logger": {
            "_component_": "torchtune.training.metric_logging.DiskLogger",
            "log_dir": "${output_dir}/logs",
        },
        "log_every_n_steps": 1,
        "log_peak_memory_stats": True,
        "profiler": dict(_PROFILER),
    }


def _packed_length(model: ModelFolder) -> int:
    """No longer than the model's own positions, where its `config.json` says them."""
    shape = read_shape(model.config)
    return min(_PACKED_LENGTH, shape.max_seq_len) if shape else _PACKED_LENGTH


def _adapter(run: Run) -> Tree:
    return {
        "lora_attn_modules": ["q_proj", "v_proj", "output_proj"],
        "apply_lora_to_mlp": True,
        "lora_rank": run.lora_rank or 8,
        "lora_alpha": run.lora_alpha or 2 * (run.lora_rank or 8),
        "lora_dropout": 0.0,
    }


def _optimizer(*, lora: bool) -> Tree:
    """AdamW with the rate of torchtune's configs of Llama."""
    rate = {"weight_decay": 0.01, "lr": 3e-4} if lora else {"lr": 2e-5}
    return {"_component_": "torch.optim.AdamW", "fused": True, **rate}


def _scheduler() -> Tree:
    component = "torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup"
    return {"_component_": component, "num_warmup_steps": 100}


def _quantizer() -> Tree:
    component = "torchtune.training.quantization.Int8DynActInt4WeightQATQuantizer"
    return {"_component_": component, "groupsize": 256}


def _warmed_up(run: Run) -> bool:
    return any(place_of(key)[0] == "lr_scheduler" for key, _ in run.settings)


def _prompt(run: Run) -> Tree:
    """cruijff_kit's `prompt`, a text with `{input}` in it, as what goes before and after the user's words."""
    prompt = run.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        return {}
    before, _, after = prompt.partition("{input}")
    return {"prompt_template": {"user": [in_part(before), in_part(after)]}}


def _datasets(run: Run, facts: DataFacts) -> Tree:
    """The training split; where validation is wanted the other, for recipes that have it."""
    prompt = run.get("system_prompt") or None

    def of(split: str) -> Tree:
        return {**_in_part(dataset_tree(run.dataset, facts, split)), "new_system_prompt": in_part(prompt)}

    train = {**of("train"), "packed": run.packed}
    if not run.validation:
        return {"dataset": train}
    return {
        "dataset": train,
        "dataset_val": of("validation"),
        "run_val_every_n_steps": _VALIDATE_EVERY,
    }


def in_part(value: object) -> object:
    """A literal of a part, one with a `_component_`: torchtune's `instantiate` resolves those twice."""
    return literal(literal(value))


def _in_part(tree: Mapping[str, object]) -> Tree:
    return {key: in_part(value) for key, value in tree.items()}


def _put(tree: Tree, place: tuple[str, ...], value: object) -> None:
    *above, last = place
    for key in above:
        inner = tree.get(key)
        if not isinstance(inner, dict):
            inner = tree[key] = {}
        tree = inner
    tree[last] = value


def flat(tree: object, above: str = "") -> Iterator[tuple[str, object]]:
    """Every value of a config with its dotted key; a list is one value."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from flat(value, f"{above}.{key}" if above else str(key))
    else:
        yield above, tree
