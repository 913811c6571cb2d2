"""What an experiment needs besides a plan: a model, words to learn, an evaluation of inspect-ai's."""

import json
from pathlib import Path

from tests.e2e.tiny_model import make_model

MODEL = "TinyLlama-rand-Instruct"
TASK = '''\
"""A word in, the word in capitals out; read from the JSON of the training."""

import json
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import match
from inspect_ai.solver import generate


@task
def capital(data_path: str) -> Task:
    rows = json.loads(Path(data_path).read_text())["test"]
    samples = [Sample(input=row["input"], target=row["output"]) for row in rows]
    config = GenerateConfig(max_tokens=8)
    return Task(MemoryDataset(samples), solver=generate(), scorer=match(), config=config)
'''


def make_material(folder: Path) -> dict[str, object]:
    """Write it all below `folder`; the spec of two ranks, a control and one task."""
    make_model(folder / "models" / MODEL)
    data, script = folder / "data" / "words.json", folder / "evals" / "capital.py"
    for path in (data, script):
        path.parent.mkdir()
    data.write_text(json.dumps(_splits(), indent=1))
    script.write_text(TASK)
    return {
        "task": "capital",
        "factor": "lora_rank",
        "question": "Does the rank change how well a tiny model writes capitals?",
        "models": [MODEL],
        "dataset": {"path": str(data)},
        "variables": {"lora_rank": [4, 8]},
        "training": {
            "recipe": "lora_finetune_single_device",
            "epochs": 2,
            "batch_size": 4,
            "lr": 3e-3,
            "num_warmup_steps": 5,
            "device": "cpu",
            "dtype": "fp32",
            "log_peak_memory_stats": False,
            "packed": False,
        },
        "evaluation": {"tasks": [{"name": "capital", "script": f"{script}@capital"}]},
    }


def _splits() -> dict[str, list[dict[str, str]]]:
    """Made-up words of three syllables, none of them twice."""
    syllables = ("ka", "lo", "mi", "nu", "pe", "ra", "so", "tu")
    words = [one + two + three for one in syllables for two in syllables for three in syllables]
    rows = [{"input": word, "output": word.upper()} for word in words]
    mixed = [rows[place * 131 % len(rows)] for place in range(len(rows))]
    return {"train": mixed[:160], "validation": mixed[160:180], "test": mixed[180:200]}
