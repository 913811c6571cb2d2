import pytest

from ckreg.core.estimate.seed_table import billions, size_class


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("Llama-3.2-1B-Instruct", 1),
        ("Llama-2-7b-hf", 7),
        ("Qwen2.5-0.5B-Instruct", 0.5),
        ("SmolLM-135M", 0.135),
        ("Llama-mini-8M-Instruct", 0.008),
        ("Mixtral-8x7B-v0.1", 56),
        ("lora_llama2_7b", 7),
        ("gemma-2b", 2),
        ("gpt2", None),
        ("Llama-3.2", None),
        ("model-A100", None),
        ("", None),
    ],
)
def test_size_is_read_from_the_name(model: str, size: float | None) -> None:
    assert billions(model) == (None if size is None else pytest.approx(size))


@pytest.mark.parametrize(
    ("model", "label"),
    [
        ("Llama-3.2-1B", "1B"),
        ("gemma-2b", "1B"),
        ("phi-3.8B", "3B"),
        ("Llama-3.1-8B", "7B+"),
        ("gpt2", "unknown size"),
    ],
)
def test_rows_of_the_table(model: str, label: str) -> None:
    assert size_class(model).label == label
