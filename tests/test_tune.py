"""torchtune itself on configs of every recipe and model: `CKREG_TUNE` names its `tune`, else it is on PATH.

`tune validate` makes sure that every component is there and takes its arguments.
"""

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from ckreg.core.plan import resolve
from ckreg.core.recipes import is_lora
from ckreg.core.scaffold.torchtune.config import Found, finetune_tree
from ckreg.core.scaffold.torchtune.data import DataFacts
from ckreg.core.scaffold.torchtune.models import ModelFolder
from ckreg.core.scaffold.torchtune.recipes import READ, is_distributed
from ckreg.core.scaffold.yaml_text import yaml_text
from tests.core.scaffold.test_torchtune import TINY
from tests.core.spec.helpers import read, sound

# Before the fixture that seals a test off takes the variable away.
TUNE = os.environ.get("CKREG_TUNE") or shutil.which("tune")
LLAMA = "Llama-3.2-1B-Instruct"
OTHERS = (
    "Llama-3.2-3B-Instruct",
    "Llama-3.1-8B-Instruct",
    "Meta-Llama-3.1-70B",
    "Meta-Llama-3-8B-Instruct",
    "Llama-3.3-70B-Instruct",
    "Llama-2-7b-hf",
    "Qwen2.5-0.5B-Instruct",
    "Qwen2.5-1.5B-Instruct",
    "Qwen2.5-7B",
    "Qwen2.5-14B-Instruct",
    "Qwen2.5-72B",
    "Qwen2-1.5B-Instruct",
    "Mistral-7B-v0.1",
    "gemma-2b",
    "gemma-2-9b-it",
    "Phi-3-mini-4k-instruct",
    "phi-4",
)
SHAPES = {
    "llama3_2": TINY,
    "llama3_1": {**TINY, "tie_word_embeddings": False, "rope_scaling": {"factor": 8.0}},
    "llama3": {
        key: value for key, value in TINY.items() if key not in {"rope_scaling", "tie_word_embeddings"}
    },
    "qwen2": {**TINY, "model_type": "qwen2", "rope_scaling": None},
    "mistral": {**TINY, "model_type": "mistral", "rope_scaling": None},
}
HOSTILE = 'it\'s "${oc.env:HOME}" \\${x} $(id)\n#SBATCH\t\u2028é: yes'


def text_of(model: ModelFolder, recipe: str, **training: object) -> str:
    tree = sound()
    settings = {
        "recipe": recipe,
        "epochs": 2,
        "gpus": 2 if is_distributed(recipe) else 1,
        "batch_size": 4,
        **training,
    }
    rank = {"lora_rank": [8]} if is_lora(recipe) else {}
    spec = read({**tree, "training": settings, "variables": rank or {"seed": [1]}})
    run = resolve(spec, date(2025, 10, 22)).runs[0]
    return yaml_text(finetune_tree(run, Found(model, DataFacts("/data/words.json"), "/out")))


def cases() -> list[tuple[str, str]]:
    cases = [(f"{LLAMA} {recipe}", text_of(ModelFolder(LLAMA, f"/m/{LLAMA}"), recipe)) for recipe in READ]
    for recipe in ("lora_finetune_single_device", "full_finetune_distributed"):
        cases += [(f"{name} {recipe}", text_of(ModelFolder(name, f"/m/{name}"), recipe)) for name in OTHERS]
        cases += [
            (f"{kind} {recipe}", text_of(ModelFolder("tiny", "/m/tiny", ("tokenizer.json",), shape), recipe))
            for kind, shape in SHAPES.items()
        ]
    more = {"system_prompt": HOSTILE, "prompt": f"{HOSTILE}{{input}}", "validation": True, "lr": 1e-5}
    cases.append(("hostile", text_of(ModelFolder(LLAMA, "/m/a b"), "lora_finetune_distributed", **more)))
    return cases


# As `tune validate` does; one process for all, as importing torch takes seconds.
CHECK = """
import sys
from pathlib import Path
from omegaconf import OmegaConf
from torchtune import config
faults = []
for path in sorted(Path(sys.argv[1]).glob("*.yaml")):
    try:
        config.validate(OmegaConf.load(path))
    except Exception as error:
        faults.append(f"{path.name}: {error}")
hostile = OmegaConf.load(Path(sys.argv[1], "hostile.yaml"))
hostile.dataset._component_ = hostile.tokenizer._component_ = "builtins.dict"
said = config.instantiate(hostile.dataset)["new_system_prompt"]
said += config.instantiate(hostile.tokenizer)["prompt_template"]["user"][0]
Path(sys.argv[1], "said").write_text(said)
sys.exit("\\n".join(faults) or 0)
"""


@pytest.mark.slow
@pytest.mark.skipif(TUNE is None, reason="torchtune is not here; CKREG_TUNE names its `tune`")
def test_torchtune_finds_every_config_well_formed(tmp_path: Path) -> None:
    assert TUNE
    for name, text in cases():
        (tmp_path / f"{name}.yaml").write_text(text)
    one = subprocess.run(
        [TUNE, "validate", tmp_path / "hostile.yaml"], capture_output=True, text=True, check=False
    )
    assert "Config is well-formed!" in one.stdout, one.stderr
    python = Path(TUNE).with_name("python")
    done = subprocess.run(
        [python, "-c", CHECK, tmp_path], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "said").read_text() == HOSTILE * 2
