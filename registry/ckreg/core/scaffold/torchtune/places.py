"""Where in a torchtune config a recipe key of a spec stands."""

# A key of a part is written without the part in a spec, as people speak of it.
_PARTS = {
    "model": (
        "lora_rank",
        "lora_alpha",
        "lora_dropout",
        "lora_attn_modules",
        "apply_lora_to_mlp",
        "apply_lora_to_output",
        "use_dora",
        "quantize_base",
    ),
    "tokenizer": ("max_seq_len",),
    "dataset": ("packed", "train_on_input"),
    "optimizer": ("lr", "weight_decay", "fused", "betas", "eps"),
    "lr_scheduler": ("num_warmup_steps", "num_cycles"),
    "quantizer": ("groupsize",),
}
_PLACES = {key: (part, key) for part, keys in _PARTS.items() for key in keys}

# What of a job, rather than of its training, a spec may say a run or a model needs.
JOB_KEYS = ("time", "memory", "cpus", "account", "partition", "constraint")
# What is no key of a config, or is put there in another shape.
NOT_CONFIG = frozenset({"recipe", "gpus", "validation", "system_prompt", "prompt", "dataset_type", *JOB_KEYS})


def place_of(key: str) -> tuple[str, ...]:
    """The path of keys to it: `lr` is `optimizer.lr`, `a.b` is what it says."""
    return _PLACES.get(key) or tuple(part for part in key.split(".") if part) or (key,)
