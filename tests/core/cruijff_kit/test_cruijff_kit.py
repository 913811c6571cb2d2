"""cruijff_kit's plan: the whole of it read, and given back."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ckreg.core.cruijff_kit import given_back, is_cruijff_kit, read_cruijff_kit
from ckreg.core.cruijff_kit.renames import with_current_keys
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.settling import with_full_paths
from ckreg.core.spec import changed, dump_spec
from ckreg.errors import MalformedError
from tests.core.plan.helpers import TODAY

OWN = """\
# A plan of our own, with keys of an older version and some that ckreg has no place for.
experiment:
  name: animals_prompts_2026-02-03
  project: animals
  question: Does a longer prompt help?
  date: "2026-02-03"
  hypothesis: It does.
  directory: /scratch/ck/animals_prompts_2026-02-03
tools: {preparation: torchtune, evaluation: inspect-ai}
variables:
  lora_rank: [4, 8]
  lr: [1e-4, 3e-4]
controls:
  system_prompt: ""
  dataset_type: chat_completion
  epochs: 2
  batch_size: 4
  gradient_accumulation_steps: 2
  validation_during_training: false
models:
  base:
    - {name: L1B, path: /models/L1B, size_gb: 2.5}
data:
  training:
    path: /data/animals.json
    label: animals
    format: json
    size_kb: 12
    splits: {train: 80, validation: 0, test: 10}
output: {wandb_project: zoo}
runs:
  - {name: L1B_a, type: fine-tuned, model: L1B, parameters: {lora_rank: 4, lr: 1e-4}}
  - {name: L1B_b, type: fine-tuned, model: L1B, parameters: {lora_rank: 4, lr: 3e-4}}
  - {name: L1B_c, type: fine-tuned, model: L1B, parameters: {lora_rank: 8, lr: 1e-4}}
  - {name: L1B_d, type: fine-tuned, model: L1B, parameters: {lora_rank: 8, lr: 3e-4}}
  - {name: L1B_base, type: control, model: L1B, parameters: {}}
evaluation:
  scorer: match
  temperature: 0.7
  tasks:
    - {name: animals, script: /evals/animals.py, dataset: same, description: Animals}
    - {name: plants, script: /evals/plants.py, dataset: /data/plants.json, description: Plants}
  matrix:
    - {run: L1B_a, vis_label: a, tasks: [animals, plants], epochs: [0, 1]}
    - {run: L1B_b, tasks: [animals], epochs: [1]}
    - {run: L1B_c, tasks: [animals], epochs: [1]}
    - {run: L1B_d, tasks: [animals], epochs: [1]}
    - {run: L1B_base, tasks: [animals], epochs: null}
"""


def plan_of(text: str, *settings: str) -> Plan:
    spec = with_full_paths(read_cruijff_kit(text, "plan.yaml"), _full)
    return resolve(changed(spec, settings) if settings else spec, TODAY)


def loaded(text: str) -> Any:  # noqa: ANN401  # a tree of anything
    return YAML(typ="safe", pure=True).load(text)


def _full(path: str) -> str:
    return path if path.startswith("/") else f"/registry/{path}"


def upstream(shared: Path) -> str:
    return (shared / "upstream" / "experiment_summary.yaml").read_text()


def test_the_upstream_plan_is_read_whole(shared: Path) -> None:
    plan = plan_of(upstream(shared))
    assert plan.name == "workflow_test_2026-03-16"
    assert [run.name for run in plan.runs] == ["Llama-3.2-1B-Instruct_rank4", "Llama-3.2-1B-Instruct_rank8"]
    assert plan.controls == ()
    assert [(one.run_name, one.task, one.epoch) for one in plan.evaluations] == [
        ("Llama-3.2-1B-Instruct_rank4", "capitalization", "0"),
        ("Llama-3.2-1B-Instruct_rank8", "capitalization", "0"),
    ]
    run = plan.runs[0]
    assert (run.epochs, run.batch_size, run.validation) == (1, 4, True)
    assert run.get("system_prompt") == "You are a helpful assistant."
    assert run.get("prompt") == "Capitalize the given word: {input}\n"
    assert plan.spec.datasets[0].splits == ("train", "validation", "test")


def test_what_has_not_changed_is_given_back_to_the_byte(shared: Path) -> None:
    for text in (OWN, upstream(shared), upstream(shared).replace("\n", "\r\n")):
        given = given_back(plan_of(text), "/e", text, _full)
        assert given.text == text
        assert given.missing == ()


def test_what_has_changed_is_changed_and_the_rest_is_as_it_was(shared: Path) -> None:
    text = upstream(shared)
    told = loaded(given_back(plan_of(text, "lora_rank=4,16", "training.epochs=2"), "/e", text, _full).text)
    before = loaded(text)
    assert told["variables"] == {"lora_rank": [4, 16]}
    assert told["controls"] == before["controls"] | {"epochs": 2}
    assert [run["name"][-6:] for run in told["runs"]] == ["_rank4", "rank16"]
    assert told["evaluation"]["matrix"][0] == before["evaluation"]["matrix"][0] | {"epochs": [1]}
    for path in ("experiment", "tools", "models", "data", "output"):
        assert told[path] == before[path]
    assert told["evaluation"]["scorers"] == before["evaluation"]["scorers"]


def test_a_plan_of_our_own_with_old_keys_is_read() -> None:
    plan = plan_of(OWN)
    assert plan.name == "animals_prompts_2026-02-03"
    assert plan.design_type == "2×2 factorial"
    assert [run.name for run in plan.runs] == [
        f"L1B_lr{lr}_rank{rank}" for rank in (4, 8) for lr in ("0.0001", "0.0003")
    ]
    assert [control.name for control in plan.controls] == ["L1B_base"]
    assert {(one.run_name, one.task, one.epoch) for one in plan.evaluations} == {
        ("L1B_lr0.0001_rank4", "animals", "0"),
        ("L1B_lr0.0001_rank4", "animals", "1"),
        ("L1B_lr0.0001_rank4", "plants", "0"),
        ("L1B_lr0.0001_rank4", "plants", "1"),
        ("L1B_lr0.0003_rank4", "animals", "1"),
        ("L1B_lr0.0001_rank8", "animals", "1"),
        ("L1B_lr0.0003_rank8", "animals", "1"),
        ("L1B_base", "animals", None),
    }
    assert plan.spec.datasets[0].splits == ("train", "test")
    assert plan.spec.notes == "Hypothesis: It does."


def test_renamed_keys_have_the_names_of_today() -> None:
    told = with_current_keys(loaded(OWN))
    assert told["experiment"]["dir"] == "/scratch/ck/animals_prompts_2026-02-03"  # type: ignore[index]
    assert told["data"]["training"]["dataset_label"] == "animals"  # type: ignore[index]
    assert told["evaluation"]["scorers"] == [{"name": "match"}]  # type: ignore[index]
    old = {
        "data": {"data_generation": {"split": 0.8}},
        "runs": [{"finetuned": True}],
        "evaluation": {"system_prompt": "a"},
    }
    assert with_current_keys(old) == {
        "data": {"data_generation": {"split_ratio": 0.8}},
        "runs": [{"is_finetuned": True}],
        "evaluation": {},
        "controls": {"system_prompt": "a"},
    }
    assert with_current_keys({"experiment": {"directory": "a", "dir": "b"}})["experiment"] == {
        "directory": "a",
        "dir": "b",
    }


def test_a_plan_that_was_not_imported_says_what_is_to_be_filled_in() -> None:
    given = given_back(plan_of(OWN), "/registry/experiments/x", None, _full)
    told = loaded(given.text)
    assert "output.wandb_project" in given.missing
    assert told["experiment"]["dir"] == "/registry/experiments/x"
    assert told["evaluation"]["matrix"][-1] == {"run": "L1B_base", "tasks": ["animals"], "epochs": None}
    again = read_cruijff_kit(given.text, "again.yaml")
    assert resolve(again, TODAY).evaluations == plan_of(OWN).evaluations


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('system_prompt: ""', 'system_prompt: "a"\n  nothing: 1', None),
        ("  temperature: 0.7", "  system_prompt: other", "one holds for training and evaluation"),
        (
            "  - {name: L1B_d, type: fine-tuned, model: L1B, parameters: {lora_rank: 8, lr: 3e-4}}\n",
            "",
            "matches no run",
        ),
        ("  question: Does a longer prompt help?\n", "", "question: expected"),
        ("    path: /data/animals.json\n", "", "dataset.path"),
        ("  epochs: 2\n", "  epochs: 2\n  epochs: 3\n", "given twice"),
        ("tools:", "tools: [", "this is not YAML"),
    ],
)
def test_what_cannot_be_said_is_an_error_with_its_place(old: str, new: str, said: str | None) -> None:
    assert old in OWN
    text = OWN.replace(old, new)
    if said is None:
        assert dump_spec(read_cruijff_kit(text, "plan.yaml"))
        return
    with pytest.raises(MalformedError, match=r"plan\.yaml(?s:.*)" + said):
        read_cruijff_kit(text, "plan.yaml")


@pytest.mark.parametrize("text", ["", "- a", "task: x", "experiment: 4", "a: [", "experiment: {}\n", "\x00"])
def test_what_is_no_such_plan_is_known(text: str) -> None:
    assert is_cruijff_kit(text) is (text == "experiment: {}\n")


def test_the_template_of_all_keys_is_an_error_that_says_what_is_missing(shared: Path) -> None:
    """It holds type names in the place of values."""
    text = (shared / "upstream" / "experiment_summary.template.yaml").read_text()
    assert is_cruijff_kit(text)
    with pytest.raises(MalformedError):
        read_cruijff_kit(text, "template.yaml")
