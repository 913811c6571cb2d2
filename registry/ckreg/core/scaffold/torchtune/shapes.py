"""A model's shape, out of Hugging Face's `config.json`, in the words of torchtune's general builders."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """Numbers of a transformer; `kind` is torchtune's module that builds such ones."""

    kind: str
    vocab_size: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    embed_dim: int
    intermediate_dim: int
    max_seq_len: int
    norm_eps: float
    rope_base: int
    scale_factor: int | None
    tied: bool

    def arguments(self) -> dict[str, object]:
        """What the general builder of the kind is called with."""
        found: dict[str, object] = {
            "vocab_size": self.vocab_size,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "num_kv_heads": self.num_kv_heads,
            "embed_dim": self.embed_dim,
            "max_seq_len": self.max_seq_len,
            "intermediate_dim": self.intermediate_dim,
            "norm_eps": self.norm_eps,
            "rope_base": self.rope_base,
        }
        if self.scale_factor is not None:
            found["scale_factor"] = self.scale_factor
        if self.kind in {"llama3_2", "qwen2"}:
            found["tie_word_embeddings"] = self.tied
        return found


def read_shape(config: Mapping[str, object]) -> Shape | None:
    """The shape that a `config.json` says, None where it does not say all of it."""
    layers, width = _whole(config, "num_hidden_layers"), _whole(config, "hidden_size")
    heads, inner = _whole(config, "num_attention_heads"), _whole(config, "intermediate_size")
    vocabulary = _whole(config, "vocab_size")
    if not (layers and width and heads and inner and vocabulary):
        return None
    scaling = _rope(config)
    factor = _whole(scaling, "factor")
    tied = config.get("tie_word_embeddings") is True
    return Shape(
        kind=_kind(str(config.get("model_type", "")), tied=tied, factor=factor),
        vocab_size=vocabulary,
        num_layers=layers,
        num_heads=heads,
        num_kv_heads=_whole(config, "num_key_value_heads") or heads,
        embed_dim=width,
        intermediate_dim=inner,
        max_seq_len=_whole(config, "max_position_embeddings") or 8192,
        norm_eps=_number(config, "rms_norm_eps") or 1e-5,
        rope_base=_whole(config, "rope_theta") or _whole(scaling, "rope_theta") or 10_000,
        scale_factor=factor if config.get("model_type") == "llama" else None,
        tied=tied,
    )


def _kind(model_type: str, *, tied: bool, factor: int | None) -> str:
    """The module whose general builder fits; of Llamas only 3.2's ties its embeddings, only 3 scales none."""
    if model_type != "llama":
        return model_type
    if tied:
        return "llama3_2"
    return "llama3_1" if factor else "llama3"


def _rope(config: Mapping[str, object]) -> Mapping[str, object]:
    for key in ("rope_scaling", "rope_parameters"):
        found = config.get(key)
        if isinstance(found, Mapping):
            return found
    return {}


def _whole(config: Mapping[str, object], key: str) -> int | None:
    value = _number(config, key)
    return int(value) if value and value >= 1 else None


def _number(config: Mapping[str, object], key: str) -> float | None:
    value = config.get(key)
    sound = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e12  # noqa: PLR2004  # no inf
    return float(value) if sound and isinstance(value, int | float) else None
