"""Which keys torchtune 0.6.1's fine-tuning recipes read, as their sources say."""

from ckreg.core.recipes import is_lora
from ckreg.errors import RefusedError

_ALL = frozenset(
    {
        "output_dir",
        "model",
        "tokenizer",
        "checkpointer",
        "resume_from_checkpoint",
        "dataset",
        "seed",
        "shuffle",
        "collate_fn",
        "batch_size",
        "optimizer",
        "loss",
        "epochs",
        "max_steps_per_epoch",
        "gradient_accumulation_steps",
        "clip_grad_norm",
        "compile",
        "cudnn_deterministic_mode",
        "metric_logger",
        "log_every_n_steps",
        "log_peak_memory_stats",
        "device",
        "dtype",
        "enable_activation_checkpointing",
        "enable_activation_offloading",
        "profiler",
        "profile_memory",
    }
)
_SHARDED = frozenset({"custom_sharded_layers", "fsdp_cpu_offload", "fsdp_reshard_after_forward"})
_SELECTIVE = frozenset({"ac_mode", "ac_option"})
_LORA = frozenset({"save_adapter_weights_only", "lr_scheduler", "enable_async_checkpointing"})

# The recipes that fine-tune on examples; what each reads besides what all do.
READ = {
    "lora_finetune_single_device": _ALL | _LORA | {"low_cpu_ram"},
    "lora_finetune_distributed": _ALL | _LORA | _SHARDED,
    "full_finetune_single_device": _ALL | {"lr_scheduler", "optimizer_in_bwd"},
    "full_finetune_distributed": _ALL
    | _SHARDED
    | _SELECTIVE
    | {
        "lr_scheduler",
        "optimizer_in_bwd",
        "enable_async_checkpointing",
        "tensor_parallel_dim",
        "tensor_parallel_plan",
    },
    "qat_distributed": _ALL
    | _SHARDED
    | _SELECTIVE
    | {"optimizer_in_bwd", "quantizer", "fake_quant_after_n_steps"},
    "qat_lora_finetune_distributed": _ALL | _LORA | _SHARDED | {"quantizer"},
}
# They need data or models of a shape that no plan of ckreg says.
_OTHERS = ("dpo", "ppo", "grpo", "knowledge_distillation", "early_exit", "generate", "eleuther", "quantize")


def refuse_other(recipe: str) -> None:
    """See that configs can be written for the recipe; one that is not torchtune's own is taken by its name.

    Raises:
        RefusedError: it does not fine-tune on examples.
    """
    if recipe not in READ and any(word in recipe for word in _OTHERS):
        raise RefusedError(
            f"There are no configs for the recipe {recipe}: ckreg scaffolds {', '.join(READ)}, and "
            "recipes of your own that read the same keys. Write finetune.yaml by hand for others."
        )


def is_distributed(recipe: str) -> bool:
    """Whether `tune run` starts it with torchrun."""
    return "distributed" in recipe


def is_quantized(recipe: str) -> bool:
    """Whether training is aware of a quantization to come."""
    return recipe.startswith("qat")


def schedules_rate(recipe: str) -> bool:
    """Whether torchtune's own configs of the recipe have a learning rate that changes."""
    return is_lora(recipe)


def unread(recipe: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that a recipe of torchtune passes over without a word; none for one that is not known."""
    read = READ.get(recipe)
    return () if read is None else tuple(key for key in keys if key not in read)
