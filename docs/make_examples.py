"""Plays the worked examples of `experiments/` anew: `python docs/make_examples.py FOLDER`.

Everything is done by `ckreg` in a throw-away registry below FOLDER, with real jobs: torchtune and inspect-ai
on a CPU, sent to the Slurm that `sbatch` on PATH reaches. Needed on PATH: ckreg, tune, inspect, and Slurm
with its accounting (tests/e2e/requirements.txt has the versions). It takes some ten minutes on one core.
What is to be committed here lies then in FOLDER/registry: `experiments/` and `prior-runs.jsonl`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.tiny_model import Shape, make_model  # noqa: E402  # the root must be on the path first

SHAPES = {
    "Llama-rand-0.1M-Instruct": Shape(2, 64, 128, 4, 2),
    "Llama-rand-0.8M-Instruct": Shape(4, 128, 384, 4, 2),
    "Llama-rand-6M-Instruct": Shape(8, 256, 704, 8, 4),
}
MIDDLE = "Llama-rand-0.8M-Instruct"
EARLIER = ("words_ranks_small_batch_2026-11-29", "words_grad_accum_2026-11-24", "words_epochs_2026-11-25")
TOO_LITTLE = "350M"
ENOUGH = "2G"
NOTES = (
    "A worked example: every run is a real job, but a tiny one. The models have random weights (nothing was "
    "pretrained), train on a CPU in seconds, and learn to name the first letter of a made-up word; guessing "
    "gives 1 in 8. It shows how ckreg records an experiment, and nothing about language models."
)
TASK = '''\
"""A word in, its first letter out; read from the JSON of the training."""

import json
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import match
from inspect_ai.solver import generate


@task
def first_letter(data_path: str) -> Task:
    rows = json.loads(Path(data_path).read_text())["test"]
    samples = [Sample(input=row["input"], target=row["output"]) for row in rows]
    config = GenerateConfig(max_tokens=4)
    return Task(MemoryDataset(samples), solver=generate(), scorer=match(), config=config)
'''


def main(place: Path) -> None:
    """Play all of it below `place`, which must not exist."""
    material(place)
    ckreg = Ckreg(place)
    ckreg("init", place / "registry", folder=place)
    ckreg("index", "--keep")
    pilot(place)
    rank_comparison(ckreg)
    model_sizes(ckreg)
    ablation(ckreg)
    ckreg("check")
    ckreg("status")


def pilot(place: Path) -> None:
    """A short run in another registry, whose logs and checkpoints the first plan here rests on."""
    ckreg = Ckreg(place, "pilot")
    ckreg("init", place / "pilot", folder=place)
    name = designed(
        ckreg,
        factor="pilot",
        question="Does it run, and how large is a checkpoint?",
        models=[MIDDLE],
        controls={"base_models": False},
        training={"lora_rank": 16, "epochs": 1},
    )
    scaffold(ckreg, name, memory=ENOUGH)
    ckreg("submit", name, "--yes")
    over(ckreg, name)


def rank_comparison(ckreg: "Ckreg") -> None:
    """Three ranks of one model, all well."""
    name = designed(
        ckreg,
        factor="lora_rank",
        question="Does the LoRA rank change how well a model learns to name a word's first letter?",
        models=[MIDDLE],
        variables={"lora_rank": [4, 16, 64]},
    )
    sent_and_over(ckreg, name)
    summed_up(ckreg, name)


def model_sizes(ckreg: "Ckreg") -> None:
    """Three sizes at one rank, each beside its control: the model as it was before."""
    name = designed(
        ckreg,
        factor="model_size",
        question="Do larger models name a word's first letter better after the same training?",
        models=list(SHAPES),
        training={"lora_rank": 16},
    )
    sent_and_over(ckreg, name)
    summed_up(ckreg, name)


def ablation(ckreg: "Ckreg") -> None:
    """A recipe without one of its parts at a time; the test run gets too little memory, and is sent again."""
    name = designed(
        ckreg,
        factor="recipe_ablation",
        question="Which part of the recipe does the training need: its warm-up or its weight decay?",
        models=[MIDDLE],
        design="ablation",
        variants={"full": {}, "no_warmup": {"num_warmup_steps": 1}, "no_decay": {"weight_decay": 0.0}},
        training={"lora_rank": 16},
    )
    first = f"{MIDDLE}_full_rank16"
    scaffold(ckreg, name, memory=TOO_LITTLE)
    ckreg("submit", name, first, "--yes")
    over(ckreg, name)
    ckreg("logs", name, first)
    ckreg("retry", name, "--yes")
    over(ckreg, name)
    sent_and_over(ckreg, name)
    ckreg("retry", name, "--yes")  # its evaluation had been sent with as little
    over(ckreg, name)
    summed_up(ckreg, name)


def designed(ckreg: "Ckreg", training: dict[str, object] | None = None, **spec: object) -> str:
    """Plan an experiment; its name."""
    place = ckreg.place
    whole = {
        "task": "first_letter",
        "dataset": {"path": str(place / "data" / "letters.json")},
        "training": {
            "recipe": "lora_finetune_single_device",
            "epochs": 6,
            "batch_size": 4,
            "lr": 3e-3,
            "num_warmup_steps": 20,
            "weight_decay": 0.01,
            "device": "cpu",
            "dtype": "fp32",
            "log_peak_memory_stats": False,
            "packed": False,
        }
        | (training or {}),
        "evaluation": {
            "tasks": [
                {
                    "name": "first_letter",
                    "script": f"{place / 'evals' / 'first_letter.py'}@first_letter",
                    "description": "the first letter of a word that was not trained on",
                }
            ]
        },
        "notes": NOTES,
    } | spec
    path = place / "spec.json"
    path.write_text(json.dumps(whole))
    name = str(ckreg.json("design", "--spec", path, "--yes")["experiment"])
    ckreg("show", name)
    return name


def sent_and_over(ckreg: "Ckreg", name: str) -> None:
    """Write what is to be sent, send it, and wait until its status is final."""
    scaffold(ckreg, name, memory=ENOUGH)
    ckreg("submit", name, "--yes")
    over(ckreg, name)


def summed_up(ckreg: "Ckreg", name: str) -> None:
    """Show how it went, and keep what the evaluations gave."""
    ckreg("status", "show", name)
    ckreg("compare", name, "--estimates")
    ckreg("results", name, "--keep", "--write")


def scaffold(ckreg: "Ckreg", name: str, *, memory: str) -> None:
    """With as much memory as the person's settings say just now."""
    os.environ["CKREG_MEMORY"] = memory
    ckreg("scaffold", name)


def over(ckreg: "Ckreg", name: str) -> None:
    """Sync until no job is open."""
    while ckreg.json("status", "sync", name)["open"]:
        time.sleep(10)


class Ckreg:
    """The command, as a person calls it in the registry."""

    def __init__(self, place: Path, registry: str = "registry") -> None:
        self.place = place
        self.registry = place / registry

    def __call__(self, *words: object, folder: Path | None = None) -> None:
        """Call it, and let it print."""
        print(f"\n$ ckreg {' '.join(map(str, words))}", flush=True)
        call = ["ckreg", *map(str, words)]
        subprocess.run(call, check=True, cwd=folder or self.registry)

    def json(self, *words: object) -> Any:  # noqa: ANN401  # any JSON
        """Call it, and read what it prints."""
        call = ["ckreg", *map(str, words), "--json"]
        done = subprocess.run(call, check=True, capture_output=True, cwd=self.registry)
        return json.loads(done.stdout)


def material(place: Path) -> None:
    """Models, words, the evaluation, and logs of earlier jobs, on which the first estimates rest."""
    place.mkdir(parents=True)
    for seed, (name, shape) in enumerate(SHAPES.items()):
        make_model(place / "models" / name, seed, shape)
    data, script = place / "data" / "letters.json", place / "evals" / "first_letter.py"
    for path in (data, script):
        path.parent.mkdir()
    data.write_text(json.dumps(splits(), indent=1))
    script.write_text(TASK)
    grid = ROOT / "tests" / "data" / "grid2"
    for name in EARLIER:
        shutil.copytree(grid / name, place / "scratch" / "earlier" / name)
    known = {
        match[1] for path in (place / "scratch").rglob("slurm-*.out") if (match := _NUMBER.search(path.name))
    }
    rows = (grid / "sacct.txt").read_text().splitlines(keepends=True)
    kept = [row for row in rows if row.partition("|")[0].partition(".")[0] in {"JobIDRaw", *known}]
    (place / "scratch" / "earlier" / "sacct.txt").write_text("".join(kept))


_NUMBER = re.compile(r"slurm-(\d+)\.out")


def splits() -> dict[str, list[dict[str, str]]]:
    """Made-up words of three syllables, none of them twice, each with its first letter."""
    syllables = ("ka", "lo", "mi", "nu", "pe", "ra", "so", "tu")
    words = [one + two + three for one in syllables for two in syllables for three in syllables]
    rows = [{"input": word, "output": word[0].upper()} for word in words]
    mixed = [rows[place * 131 % len(rows)] for place in range(len(rows))]
    return {"train": mixed[:400], "validation": mixed[400:450], "test": mixed[450:]}


def settings(place: Path) -> dict[str, str]:
    """The person's settings, and names for the commits."""
    return {
        "CKREG_MODELS_DIR": str(place / "models"),
        "CKREG_SCRATCH_DIR": str(place / "scratch"),
        "CKREG_CPUS": "8",  # all of a small node: one job after the other
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "GIT_AUTHOR_NAME": "ckreg examples",
        "GIT_AUTHOR_EMAIL": "examples@example.org",
        "GIT_COMMITTER_NAME": "ckreg examples",
        "GIT_COMMITTER_EMAIL": "examples@example.org",
        "XDG_CONFIG_HOME": str(place / "no-settings"),
    }


if __name__ == "__main__":
    os.environ |= settings(Path(sys.argv[1]).resolve())
    main(Path(sys.argv[1]).resolve())
