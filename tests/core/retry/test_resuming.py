"""Which recipes can go on, and from where."""

import pytest

from ckreg.core.retry.resuming import Output, output_of

SCRIPT = "#!/bin/bash\ntune run {words}lora_finetune_single_device --config finetune.yaml &\n"
CONFIG = "output_dir: /o\nepochs: 3\ncheckpointer:\n  checkpoint_files: [model.safetensors]\n"


@pytest.mark.parametrize("words", ["", "--nnodes 1 --nproc_per_node 2 "])
def test_a_recipe_of_torchtune(words: str) -> None:
    assert output_of(SCRIPT.format(words=words), CONFIG, "c") == Output("/o", ("model.safetensors",), 3)


@pytest.mark.parametrize(
    ("script", "config"),
    [
        pytest.param("python train.py\n", CONFIG, id="no torchtune"),
        pytest.param(SCRIPT.format(words="").replace("lora_", "my_"), CONFIG, id="a recipe of their own"),
        pytest.param(SCRIPT.format(words=""), "epochs: 3\n", id="no folder"),
        pytest.param(SCRIPT.format(words=""), CONFIG.replace("/o", "${x}/o"), id="a folder that is computed"),
        pytest.param(
            SCRIPT.format(words=""), f"{CONFIG}enable_async_checkpointing: true\n", id="asynchronous"
        ),
        pytest.param(SCRIPT.format(words=""), "- 1\n", id="no mapping"),
    ],
)
def test_others_begin_anew(script: str, config: str) -> None:
    assert output_of(script, config, "c") is None
