"""A Llama of random weights in Hugging Face's layout, small enough that a CPU trains it in seconds.

Written by hand, so that nothing but numpy is needed: torchtune and transformers read it as any other model.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_VOCABULARY = 288  # the bytes, the special tokens, and some to spare
# Those that torchtune's Llama3Tokenizer asks for by name.
_SPECIAL = (
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|finetune_right_pad_id|>",
    "<|step_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eom_id|>",
    "<|eot_id|>",
    "<|python_tag|>",
    "<|image|>",
    "<|video|>",
)
SPECIAL_IDS = {token: 256 + place for place, token in enumerate(_SPECIAL)}
_CHAT = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>"
    "\n\n{{ message['content'] }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)


class Shape(NamedTuple):
    """How large a model is."""

    layers: int = 2
    width: int = 64
    inner: int = 128
    heads: int = 4
    kv_heads: int = 2

    @property
    def head(self) -> int:
        """The width of one head."""
        return self.width // self.heads


_SMALLEST = Shape()


def make_model(folder: Path, seed: int = 14, shape: Shape = _SMALLEST) -> None:
    """Write weights, `config.json` and the tokenizer for transformers and, in `original/`, for torchtune."""
    (folder / "original").mkdir(parents=True)
    _dump(folder / "config.json", _config(shape))
    _dump(folder / "generation_config.json", _generation())
    _write_safetensors(folder / "model.safetensors", dict(_weights(np.random.default_rng(seed), shape)))
    _dump(folder / "tokenizer.json", _tokenizer())
    _dump(folder / "tokenizer_config.json", _tokenizer_config())
    ranks = "".join(f"{base64.b64encode(bytes([byte])).decode()} {byte}\n" for byte in range(256))
    (folder / "original" / "tokenizer.model").write_text(ranks)


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def _config(shape: Shape) -> dict[str, object]:
    """As of Llama 3.2, which ties its embeddings."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": _VOCABULARY,
        "hidden_size": shape.width,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head,
        "hidden_act": "silu",
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0,
        "rope_scaling": {
            "factor": 32.0,
            "high_freq_factor": 4.0,
            "low_freq_factor": 1.0,
            "original_max_position_embeddings": 8192,
            "rope_type": "llama3",
        },
        "tie_word_embeddings": True,
        "attention_bias": False,
        "mlp_bias": False,
        "torch_dtype": "float32",
        "bos_token_id": SPECIAL_IDS["<|begin_of_text|>"],
        "eos_token_id": SPECIAL_IDS["<|eot_id|>"],
    }


def _generation() -> dict[str, object]:
    return {
        "bos_token_id": SPECIAL_IDS["<|begin_of_text|>"],
        "eos_token_id": [SPECIAL_IDS["<|end_of_text|>"], SPECIAL_IDS["<|eot_id|>"]],
        "pad_token_id": SPECIAL_IDS["<|finetune_right_pad_id|>"],
        "do_sample": False,
    }


def _weights(random: np.random.Generator, shape: Shape) -> Iterator[tuple[str, NDArray[np.float32]]]:
    def matrix(*sides: int, spread: float = 0.02) -> NDArray[np.float32]:
        return random.normal(0, spread, sides).astype(np.float32)

    ones = np.ones(shape.width, dtype=np.float32)
    # LoRA leaves the tied embeddings as they are: with small ones no token could ever get a high probability.
    yield "model.embed_tokens.weight", matrix(_VOCABULARY, shape.width, spread=0.2)
    for layer in range(shape.layers):
        name = f"model.layers.{layer}"
        yield f"{name}.self_attn.q_proj.weight", matrix(shape.width, shape.width)
        yield f"{name}.self_attn.k_proj.weight", matrix(shape.kv_heads * shape.head, shape.width)
        yield f"{name}.self_attn.v_proj.weight", matrix(shape.kv_heads * shape.head, shape.width)
        yield f"{name}.self_attn.o_proj.weight", matrix(shape.width, shape.width)
        yield f"{name}.mlp.gate_proj.weight", matrix(shape.inner, shape.width)
        yield f"{name}.mlp.up_proj.weight", matrix(shape.inner, shape.width)
        yield f"{name}.mlp.down_proj.weight", matrix(shape.width, shape.inner)
        yield f"{name}.input_layernorm.weight", ones
        yield f"{name}.post_attention_layernorm.weight", ones
    yield "model.norm.weight", ones


def _write_safetensors(path: Path, tensors: dict[str, NDArray[np.float32]]) -> None:
    """The format of safetensors: the header's length (8 bytes), the header in JSON, then all data."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    start = 0
    for name, tensor in tensors.items():
        end = start + tensor.nbytes
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
        start = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    data = b"".join(tensor.astype("<f4").tobytes() for tensor in tensors.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def _tokenizer() -> dict[str, object]:
    """Byte-level BPE without merges: a byte is a token, and its own id."""
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    special = [
        {
            "id": number,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for token, number in SPECIAL_IDS.items()
    ]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": byte_level,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": _bytes_as_characters(),
            "merges": [],
        },
    }


def _bytes_as_characters() -> dict[str, int]:
    """GPT-2's table: a byte that prints is itself, the others are the characters from U+0100 on."""
    printing = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return {chr(byte if byte in printing else next(others)): byte for byte in range(256)}


def _tokenizer_config() -> dict[str, object]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|begin_of_text|>",
        "eos_token": "<|eot_id|>",
        "pad_token": "<|finetune_right_pad_id|>",
        "chat_template": _CHAT,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 2048,
    }
