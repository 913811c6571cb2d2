"""Configs for torchtune 0.6.1: what its own configs and builders say is written here by hand."""

from datetime import date
from typing import Any

import pytest

from ckreg.core.plan import resolve
from ckreg.core.scaffold.torchtune.config import Found, finetune_tree, flat, left_unread
from ckreg.core.scaffold.torchtune.data import DataFacts, DataFile
from ckreg.core.scaffold.torchtune.models import ModelFolder, parts_of
from ckreg.core.spec.crossing import Run
from ckreg.errors import RefusedError
from tests.core.spec.helpers import Tree, read, sound

LLAMA = "Llama-3.2-1B-Instruct"

# The keys at the top of torchtune 0.6.1's own configs of each recipe.
COMMON = {
    *("output_dir", "model", "tokenizer", "checkpointer", "resume_from_checkpoint", "dataset", "seed"),
    *("shuffle", "batch_size", "optimizer", "loss", "epochs", "max_steps_per_epoch"),
    *("gradient_accumulation_steps", "clip_grad_norm", "compile", "metric_logger", "log_every_n_steps"),
    *("log_peak_memory_stats", "device", "dtype", "enable_activation_checkpointing"),
    *("enable_activation_offloading", "profiler"),
}
BESIDES: dict[str, set[str]] = {
    "lora_finetune_single_device": {"lr_scheduler", "save_adapter_weights_only"},
    "lora_finetune_distributed": {"lr_scheduler", "save_adapter_weights_only"},
    "full_finetune_single_device": set(),
    "full_finetune_distributed": set(),
    "qat_distributed": {"quantizer"},
    "qat_lora_finetune_distributed": {"lr_scheduler", "save_adapter_weights_only", "quantizer"},
}


def run_of(**training: object) -> Run:
    tree = sound()
    tree["training"] = {**tree["training"], **training}
    if "lora_rank" in training or str(training.get("recipe")).startswith("full"):
        del tree["variables"]
    return first_run(tree)


def first_run(tree: Tree) -> Run:
    return resolve(read(tree), date(2025, 10, 22)).runs[0]


def found(name: str = LLAMA, *files: str, **config: object) -> Found:
    return Found(ModelFolder(name, f"/models/{name}", files, config), DataFacts("/data/words.json"), "/out")


def config_of(model: Found | None = None, /, **training: object) -> dict[str, Any]:
    return finetune_tree(run_of(**training), model or found())


@pytest.mark.parametrize("recipe", BESIDES)
def test_a_config_has_the_sections_of_torchtunes_own(recipe: str) -> None:
    assert set(config_of(recipe=recipe)) == COMMON | BESIDES[recipe]


def test_what_the_plan_says_stands_where_torchtune_reads_it() -> None:
    tree = config_of(
        lr=1e-5,
        weight_decay=0.1,
        max_seq_len=2048,
        num_warmup_steps=5,
        gradient_accumulation_steps=2,
        batch_size=8,
        packed=False,
        epochs=3,
        system_prompt="Be brief.",
        lora_dropout=0.1,
        lora_rank=16,
        **{"checkpointer.keep_last_n_checkpoints": 1, "dataset.train_on_input": True},
    )
    said = dict(flat(tree))
    assert {
        "optimizer.lr": 1e-5,
        "optimizer.weight_decay": 0.1,
        "tokenizer.max_seq_len": 2048,
        "lr_scheduler.num_warmup_steps": 5,
        "gradient_accumulation_steps": 2,
        "batch_size": 8,
        "dataset.packed": False,
        "epochs": 3,
        "dataset.new_system_prompt": "Be brief.",
        "model.lora_dropout": 0.1,
        "model.lora_rank": 16,
        "model.lora_alpha": 32,
        "checkpointer.keep_last_n_checkpoints": 1,
        "dataset.train_on_input": True,
    }.items() <= said.items()
    assert not {"lr", "gpus", "recipe", "validation", "system_prompt"} & set(tree)


def test_a_prompt_stands_around_what_the_user_says() -> None:
    tree = config_of(prompt="Capitalize: {input}\n")
    assert tree["tokenizer"]["prompt_template"] == {"user": ["Capitalize: ", "\n"]}


def test_nothing_of_a_plan_is_a_replacement() -> None:
    tree = config_of(system_prompt="${oc.env:HOME}", seed="${x}")
    # Twice: `torchtune.config.instantiate` resolves a part in place, and then makes an object of it.
    assert tree["dataset"]["new_system_prompt"] == "\\\\\\${oc.env:HOME}"
    assert tree["seed"] == "\\${x}"
    assert tree["checkpointer"]["output_dir"] == "${output_dir}"


def test_packed_rows_have_a_length_that_the_model_has() -> None:
    # PackedDataset refuses a tokenizer without one; cruijff_kit's is 2048.
    shape = {"num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4, "intermediate_size": 128}
    small = found("X", model_type="llama", vocab_size=288, max_position_embeddings=512, **shape)
    assert config_of(packed=True)["tokenizer"]["max_seq_len"] == 2048
    assert config_of(small, packed=True)["tokenizer"]["max_seq_len"] == 512
    assert config_of(packed=False)["tokenizer"]["max_seq_len"] is None
    assert config_of(packed=True, max_seq_len=256)["tokenizer"]["max_seq_len"] == 256


def test_a_full_fine_tune_has_no_adapter() -> None:
    model = config_of(recipe="full_finetune_distributed")["model"]
    assert model["_component_"] == "torchtune.models.llama3_2.llama3_2_1b"


def test_validation_has_its_own_split() -> None:
    tree = config_of(validation=True)
    assert tree["dataset_val"]["field"] == "validation"
    assert tree["run_val_every_n_steps"] == 10


def test_keys_that_a_recipe_passes_over_are_known() -> None:
    assert left_unread(run_of(max_step_per_epoch=10, lr=1e-4)) == ("max_step_per_epoch",)
    assert left_unread(run_of(recipe="my_recipe", max_step_per_epoch=10)) == ()


@pytest.mark.parametrize(
    "recipe", ["lora_dpo_distributed", "generate", "knowledge_distillation_single_device"]
)
def test_a_recipe_of_another_kind_is_refused(recipe: str) -> None:
    with pytest.raises(RefusedError, match=f"no configs for the recipe {recipe}"):
        config_of(recipe=recipe)


@pytest.mark.parametrize(
    ("name", "component", "model_type", "files"),
    [
        (LLAMA, "llama3_2.lora_llama3_2_1b", "LLAMA3_2", ["model.safetensors"]),
        (
            "Llama-3.2-3B",
            "llama3_2.lora_llama3_2_3b",
            "LLAMA3_2",
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
        ),
        (
            "Meta-Llama-3.1-70B-Instruct",
            "llama3_1.lora_llama3_1_70b",
            "LLAMA3",
            {"filename_format": "model-{}-of-{}.safetensors", "max_filename": "00030"},
        ),
        ("Qwen2.5-0.5B-Instruct", "qwen2_5.lora_qwen2_5_0_5b", "QWEN2", ["model.safetensors"]),
        ("Qwen2.5-1.5B-Instruct", "qwen2_5.lora_qwen2_5_1_5b_instruct", "QWEN2", ["model.safetensors"]),
        ("Qwen2.5-1.5B", "qwen2_5.lora_qwen2_5_1_5b_base", "QWEN2", ["model.safetensors"]),
        (
            "gemma-2-9b-it",
            "gemma2.lora_gemma2_9b",
            "GEMMA2",
            {"filename_format": "model-{}-of-{}.safetensors", "max_filename": "00008"},
        ),
    ],
)
def test_a_model_is_known_by_its_folders_name(
    name: str, component: str, model_type: str, files: object
) -> None:
    parts = parts_of(ModelFolder(name, f"/m/{name}"), lora=True)
    assert parts.model == {"_component_": f"torchtune.models.{component}"}
    assert parts.checkpointer["model_type"] == model_type
    assert parts.checkpointer["checkpoint_files"] == files


def test_weights_are_those_that_were_found() -> None:
    there = (
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "adapter_model.safetensors",
    )
    parts = parts_of(ModelFolder("Llama-3.1-8B", "/m", there), lora=True)
    assert parts.checkpointer["checkpoint_files"] == list(there[:2])
    six = tuple(f"model-{number:05}-of-00006.safetensors" for number in range(1, 7))
    parts = parts_of(ModelFolder("Llama-3.1-8B", "/m", six), lora=True)
    assert parts.checkpointer["checkpoint_files"] == {
        "filename_format": "model-{}-of-{}.safetensors",
        "max_filename": "00006",
    }


TINY = {  # a config.json as transformers writes it for a small Llama 3.2
    "model_type": "llama",
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 384,
    "max_position_embeddings": 16384,
    "rms_norm_eps": 1e-5,
    "rope_theta": 500000.0,
    "rope_scaling": {"factor": 32.0, "rope_type": "llama3"},
    "tie_word_embeddings": True,
}


@pytest.mark.parametrize("name", ["TinyLlama-rand-Instruct", "my-Llama-3.2-1B"])
def test_another_shape_is_built_from_its_config(name: str) -> None:
    """The values of the tiny model whose real runs are in the collection of logs."""
    files = ("model.safetensors", "original/tokenizer.model", "tokenizer.json")
    parts = parts_of(ModelFolder(name, "/m", files, TINY), lora=True)
    assert parts.model == {
        "_component_": "torchtune.models.llama3_2.lora_llama3_2",
        "vocab_size": 384,
        "num_layers": 2,
        "num_heads": 4,
        "num_kv_heads": 2,
        "embed_dim": 128,
        "max_seq_len": 16384,
        "intermediate_dim": 256,
        "norm_eps": 1e-5,
        "rope_base": 500000,
        "scale_factor": 32,
        "tie_word_embeddings": True,
    }
    assert parts.tokenizer == {
        "_component_": "torchtune.models.llama3.llama3_tokenizer",
        "path": "/m/original/tokenizer.model",
        "special_tokens_path": "/m/tokenizer.json",
    }


@pytest.mark.parametrize("config", [{}, {"model_type": "bert", **{k: 1 for k in TINY if k != "model_type"}}])
def test_a_model_that_torchtune_does_not_know_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(RefusedError, match=r"^/m: torchtune 0\.6\.1 has no builder"):
        parts_of(ModelFolder("bert-base", "/m", (), config), lora=True)


@pytest.mark.parametrize("value", [None, "4", True, -1, float("inf"), float("nan"), [], {}, 1e300])
def test_a_hostile_config_says_no_shape(value: object) -> None:
    config = {**TINY, "hidden_size": value}
    with pytest.raises(RefusedError):
        parts_of(ModelFolder("x", "/m", (), config), lora=True)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (DataFacts("/d/w.json"), {"source": "json", "data_files": "/d/w.json", "field": "train"}),
        (
            DataFacts("/d/w.json", (("train", DataFile("/d/w.json")),)),
            {"source": "json", "data_files": "/d/w.json"},
        ),
        (DataFacts("/d/w.jsonl"), {"source": "json", "data_files": "/d/w.jsonl"}),
        (
            DataFacts("/d", (("train", DataFile("/d/train.parquet")),)),
            {"source": "parquet", "data_files": "/d/train.parquet"},
        ),
        (DataFacts("/d/w.tsv"), {"source": "csv", "data_files": "/d/w.tsv", "delimiter": "\t"}),
    ],
)
def test_where_the_rows_are(facts: DataFacts, said: dict[str, str]) -> None:
    there = Found(found().model, facts, "/out")
    dataset = config_of(there)["dataset"]
    names = ("source", "data_files", "field", "delimiter")
    assert {key: dataset[key] for key in names if key in dataset} == said


def test_samples_are_cut_to_what_the_plan_says() -> None:
    tree = sound() | {"dataset": {"path": "/data/words.json", "max_samples": 500}}
    assert finetune_tree(first_run(tree), found())["dataset"]["split"] == "train[:500]"
