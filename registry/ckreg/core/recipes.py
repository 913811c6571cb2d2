"""torchtune's recipes by the names of `tune ls`."""

# As torchtune 0.6.1 lists them.
RECIPES = frozenset(
    {
        "dev/early_exit_finetune_distributed",
        "dev/generate_v2",
        "dev/generate_v2_distributed",
        "dev/grpo_full_finetune_distributed",
        "eleuther_eval",
        "full_dpo_distributed",
        "full_finetune_distributed",
        "full_finetune_single_device",
        "generate",
        "knowledge_distillation_distributed",
        "knowledge_distillation_single_device",
        "lora_dpo_distributed",
        "lora_dpo_single_device",
        "lora_finetune_distributed",
        "lora_finetune_single_device",
        "ppo_full_finetune_single_device",
        "qat_distributed",
        "qat_lora_finetune_distributed",
        "quantize",
    }
)


def is_lora(recipe: str | None) -> bool:
    """Whether a recipe trains adapters only, as its name tells; one that is not known does not."""
    return recipe is not None and "lora" in recipe
