"""What is dumped is read back as the same spec, whatever is in it."""

from hypothesis import given

from ckreg.core.spec import dump_spec, read_spec
from tests.core.spec.helpers import Tree, read, sound
from tests.core.spec.strategies import spec_trees


@given(spec_trees())
def test_a_dumped_spec_is_read_back_as_it_was(tree: Tree) -> None:
    spec = read(tree)
    text = dump_spec(spec)
    text.encode()
    assert read_spec(text, format="yaml", name="spec.yaml") == spec
    assert dump_spec(spec) == text


def test_every_default_is_filled_in() -> None:
    assert (
        dump_spec(read(sound()))
        == """\
task: cap_8L
factor: lora_comparison
question: Does LoRA rank change accuracy?
date: 2025-10-22
models: [Llama-3.2-1B-Instruct]
dataset: {path: /data/words.json, splits: auto}
variables:
  lora_rank: [4, 64]
controls:
  base_models: true
training:
  recipe: lora_finetune_single_device
  epochs: 2
  gpus: 1
  batch_size: auto
  packed: true
  validation: false
  system_prompt: ''
  lora_alpha: auto
evaluation:
  tasks:
  - {name: cap, script: /tasks/cap.py}
  epochs: last
  matrix: all
"""
    )


def test_text_that_looks_like_something_else_stays_text() -> None:
    tree = sound() | {"notes": "2025-10-22", "question": "on"}
    spec = read(tree)
    assert read_spec(dump_spec(spec), format="yaml", name="spec.yaml") == spec
