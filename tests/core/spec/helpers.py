"""A small sound spec, and the faults that a change of it brings."""

import json
from typing import Any

import pytest

from ckreg.core.spec import Spec, read_spec
from ckreg.errors import MalformedError

Tree = dict[str, Any]


def sound() -> Tree:
    return {
        "task": "cap_8L",
        "factor": "lora_comparison",
        "question": "Does LoRA rank change accuracy?",
        "date": "2025-10-22",
        "models": ["Llama-3.2-1B-Instruct"],
        "dataset": {"path": "/data/words.json"},
        "variables": {"lora_rank": [4, 64]},
        "training": {"recipe": "lora_finetune_single_device", "epochs": 2},
        "evaluation": {"tasks": [{"name": "cap", "script": "/tasks/cap.py"}]},
    }


def read(tree: object) -> Spec:
    return read_spec(json.dumps(tree), format="json", name="spec.json")


def faults(tree: object) -> list[str]:
    """The faults as `path: what`, without the file's name and the line that counts them."""
    with pytest.raises(MalformedError) as caught:
        read(tree)
    lines = str(caught.value).split("\n")
    return [line.removeprefix("spec.json: ") for line in lines if not line.startswith("spec.json has")]


def fault_paths(tree: object) -> list[str]:
    return [fault.partition(": ")[0] for fault in faults(tree)]
