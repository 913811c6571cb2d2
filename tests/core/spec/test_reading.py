"""Every fault is told at once, with its path; the three formats say the same."""

from datetime import date

import pytest

from ckreg.core.naming import NAME_RULE
from ckreg.core.spec import Format, read_spec
from ckreg.core.spec.values import Dataset, Evaluation, Level, Model, PerModel, Task, Variable
from ckreg.errors import MalformedError
from tests.core.spec.helpers import fault_paths, faults, read, sound

YAML = """\
task: cap_8L
factor: lora_comparison
question: Does LoRA rank change accuracy?
date: 2025-10-22
models: [Llama-3.2-1B-Instruct, {name: X, path: /p}]
dataset:
  small: {path: /data/words.json, max_samples: 500}
  full: {path: /data/words.json}
variables: {lora_rank: [4, 64], lr: [3e-4, 1e-5]}
training:
  recipe: lora_finetune_single_device
  batch_size: {Llama-3.2-1B-Instruct: 4, X: 2}
  weight_decay: 1.0
evaluation:
  tasks: [{name: cap, script: /tasks/cap.py}]
"""
TOML = """\
task = "cap_8L"
factor = "lora_comparison"
question = "Does LoRA rank change accuracy?"
date = 2025-10-22
models = ["Llama-3.2-1B-Instruct", {name = "X", path = "/p"}]
[dataset]
small = {path = "/data/words.json", max_samples = 5e2}
full.path = "/data/words.json"
[variables]
lora_rank = [4, 64]
lr = [3e-4, 1e-5]
[training]
weight_decay = 1
recipe = "lora_finetune_single_device"
[training.batch_size]
"Llama-3.2-1B-Instruct" = 4
X = 2
[[evaluation.tasks]]
name = "cap"
script = "/tasks/cap.py"
"""
JSON = """\
{"task": "cap_8L", "factor": "lora_comparison", "question": "Does LoRA rank change accuracy?",
 "date": "2025-10-22", "models": ["Llama-3.2-1B-Instruct", {"name": "X", "path": "/p"}],
 "dataset": {"small": {"path": "/data/words.json", "max_samples": 500}, "full": {"path": "/data/words.json"}},
 "variables": {"lora_rank": [4, 64], "lr": [3e-4, 1e-5]},
 "training": {"recipe": "lora_finetune_single_device", "batch_size": {"Llama-3.2-1B-Instruct": 4, "X": 2},
              "weight_decay": 1.0},
 "evaluation": {"tasks": [{"name": "cap", "script": "/tasks/cap.py"}]}, "notes": null}
"""


def test_the_three_formats_give_the_same_spec() -> None:
    from_yaml = read_spec(YAML, format="yaml", name="spec.yaml")
    assert from_yaml == read_spec(TOML, format="toml", name="spec.toml")
    assert from_yaml == read_spec(JSON, format="json", name="spec.json")
    assert from_yaml.date == date(2025, 10, 22)
    assert from_yaml.models == (Model("Llama-3.2-1B-Instruct"), Model("X", "/p"))
    assert from_yaml.datasets == (
        Dataset("/data/words.json", "small", max_samples=500),
        Dataset("/data/words.json", "full"),
    )
    assert from_yaml.variables[1] == Variable("lr", (Level(0.0003), Level(0.00001)))
    assert dict(from_yaml.training.settings)["batch_size"] == PerModel(
        (("Llama-3.2-1B-Instruct", 4), ("X", 2))
    )


def test_the_defaults_are_those_of_the_description() -> None:
    spec = read(sound())
    assert dict(spec.training.settings) == {
        "recipe": "lora_finetune_single_device",
        "epochs": 2,
        "gpus": 1,
        "batch_size": "auto",
        "packed": True,
        "validation": False,
        "system_prompt": "",
        "lora_alpha": "auto",
    }
    assert spec.base_models
    assert spec.evaluation == Evaluation((Task("cap", "/tasks/cap.py"),), "last", ())
    assert spec.datasets[0].splits is None


def test_all_faults_are_told_at_once_with_their_lines() -> None:
    text = """\
task: cap 8L
factr: lora
date: 2025-13-40
models: [A, A]
dataset: {paths: /data}
controls: {base_models: on}
training:
  recipe: lora_finetune_single_device
  epochs: 0
  packed: yes
  packed: true
evaluation:
  tasks: [{name: cap}]
  epochs: 3rd
"""
    with pytest.raises(MalformedError) as caught:
        read_spec(text, format="yaml", name="spec.yaml")
    told = str(caught.value)
    for expected in [
        f'spec.yaml:1: task: expected {NAME_RULE}, found "cap 8L"',
        "spec.yaml:1: factor: expected text such as `model_sizes`, found nothing",
        "spec.yaml:1: question: expected text, found nothing",
        "spec.yaml:2: factr: unknown key; did you mean `factor`?",
        "spec.yaml:3: date: expected a date that exists",
        "spec.yaml:4: models: `A` is given twice; expected names that differ",
        "spec.yaml:5: dataset.path: expected text, found nothing",
        "spec.yaml:5: dataset.paths: unknown key; did you mean `path`?",
        'spec.yaml:6: controls.base_models: expected true or false (write true), found "on"',
        "spec.yaml:9: training.epochs: expected a whole number from 1 on, found 0",
        "spec.yaml:11: training.packed: given twice; keep one",
        "spec.yaml:13: evaluation.tasks[0].script: expected text, found nothing",
        "spec.yaml:14: evaluation.epochs: expected last, all, best or a list of epochs counted from 0",
    ]:
        assert expected in told
    assert told.startswith("spec.yaml has 13 faults;")


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("task", "../up", "task"),
        ("task", 3, "task"),
        ("question", " \n", "question"),
        ("date", "22.10.2025", "date"),
        ("date", "2025-02-30", "date"),
        ("models", [], "models"),
        ("models", [{"path": "/p"}], "models[0].name"),
        ("models", ["meta/Llama"], "models[0]"),
        ("dataset", "/data", "dataset"),
        ("dataset", {"path": "/data", "splits": "train"}, "dataset.splits"),
        ("dataset", {"path": "/data", "max_samples": 2.5}, "dataset.max_samples"),
        ("dataset", {"a b": {"path": "/data"}}, "dataset.a b"),
        ("variables", {"lr": []}, "variables.lr"),
        ("variables", {"lr": [1, 1.0]}, "variables.lr"),
        ("variables", {"optimizer": ["adamw"]}, "variables.optimizer[0]"),
        ("variables", {"lora_rank": ["auto"]}, "variables.lora_rank[0]"),
        ("variables", {"batch_size": {"x": "auto"}}, "variables.batch_size.x"),
        ("variables", {"epochs": [1]}, "training.epochs"),
        ("controls", {"base_models": "no"}, "controls.base_models"),
        ("training", {"epochs": 1}, "training.recipe"),
        ("training", {"recipe": "r", "batchsize": 4}, "training.batchsize"),
        ("training", {"recipe": "r", "batch_size": "big"}, "training.batch_size"),
        ("training", {"recipe": "r", "batch_size": {"B": 4}}, "training.batch_size.B"),
        ("training", {"recipe": "r", "compile": "off"}, "training.compile"),
        ("training", {"recipe": "r", "seed": float("inf")}, "training.seed"),
        ("training", {"recipe": "r", "lora_rank": 4}, "training.lora_rank"),
        ("training", {"recipe": "full_finetune_single_device"}, "training.recipe"),
        ("training", {"recipe": "lora_finetune_single_device", "gpus": 2}, "training.gpus"),
        ("evaluation", {"epochs": []}, "evaluation.epochs"),
        ("evaluation", {"epochs": [2]}, "evaluation.epochs"),
        ("evaluation", {"epochs": "best"}, "evaluation.epochs"),
        ("evaluation", {"tasks": [{"name": "a|b", "script": "s"}]}, "evaluation.tasks[0].name"),
        ("evaluation", {"tasks": [{"name": "a", "script": "s"}] * 2}, "evaluation.tasks"),
        ("evaluation", {"matrix": [{"runs": "*_rank9"}]}, "evaluation.matrix[0].runs"),
        ("evaluation", {"matrix": [{"runs": "*", "tasks": ["cat"]}]}, "evaluation.matrix[0].tasks[0]"),
        (
            "evaluation",
            {"matrix": [{"runs": "*_base"}, {"runs": "*4", "epochs": [7]}]},
            "evaluation.matrix[1].epochs",
        ),
        ("evaluation", {"matrix": "some"}, "evaluation.matrix"),
        ("design", "factorial", "design"),
        ("design", "ablation", "variants"),
        ("variants", {"none": {"packed": False}}, "design"),
        ("notes", ["a"], "notes"),
        ("factor", "x" * 90, "factor"),
        ("models", ["m" * 95], "models"),
    ],
)
def test_a_fault_is_told_with_its_path(key: str, value: object, path: str) -> None:
    tree = sound() | {key: value}
    if key == "evaluation" and isinstance(value, dict):
        tree["evaluation"] = {"tasks": [{"name": "cap", "script": "/tasks/cap.py"}]} | value
    assert path in fault_paths(tree)


def test_the_control_of_one_model_cannot_be_another_run() -> None:
    tree = sound() | {"models": ["X", "X_base"], "variables": {}}
    tree["training"] = {"recipe": "full_finetune_single_device"}
    assert faults(tree) == [
        (
            "models: 2 runs would be named `X_base`; expected names that differ: "
            "give one of the models another name, {name: ..., path: ...}"
        )
    ]


def test_too_many_runs_are_refused_before_they_are_made() -> None:
    levels = list(range(1, 101))
    tree = sound() | {"variables": {f"key_{n}": levels for n in range(12)}}
    assert fault_paths(tree) == ["variables"]


def test_an_ablation_has_named_variants() -> None:
    tree = sound() | {
        "design": "ablation",
        "variants": {"all": {"lora_rank": 8}, "unpacked": {"packed": False}},
    }
    del tree["variables"]
    assert [variant.name for variant in read(tree).variants] == ["all", "unpacked"]


def test_variants_and_variables_exclude_each_other() -> None:
    tree = sound() | {"design": "ablation", "variants": {"all": {}}}
    assert faults(tree) == ["variants: an ablation has variants or variables, not both; keep one"]


@pytest.mark.parametrize(
    ("text", "format", "start"),
    [
        ("a: [", "yaml", "s:1: this is not YAML"),
        ("a: 1\n b: 2", "yaml", "s:2: this is not YAML"),
        ("a: !!python/object:os.system {}", "yaml", "s:1: a: unknown key"),
        ("a: &a [*a]", "yaml", "s: this is not YAML"),
        ("a: \x01", "yaml", "s: this is not YAML"),
        ("[" * 2_000, "yaml", "s: this is not YAML"),
        ("", "yaml", "s: the spec: expected a mapping"),
        ("--- 1\n--- 2", "yaml", "s:2: this is not YAML"),
        ("a = ", "toml", "s:1: this is not TOML"),
        ("a = 1\na = 2", "toml", "s:2: this is not TOML"),
        ('{"a": }', "json", "s:1: this is not JSON"),
        ("[" * 200_000, "json", "s: this is not JSON"),
        ("9" * 5000, "json", "s: this is not JSON"),
        ("[1]", "json", "s: the spec: expected a mapping"),
    ],
)
def test_what_is_not_of_its_format_is_one_error(text: str, format: Format, start: str) -> None:  # noqa: A002
    with pytest.raises(MalformedError) as caught:
        read_spec(text, format=format, name="s")
    assert start in str(caught.value)


def test_a_json_key_given_twice_is_a_fault() -> None:
    with pytest.raises(MalformedError, match=r"task: given twice; keep one"):
        read_spec('{"task": "a", "task": "b"}', format="json", name="s")


def test_aliases_cannot_make_an_endless_tree() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    with pytest.raises(MalformedError, match="aliases"):
        read_spec("\n".join(lines), format="yaml", name="s")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_spec("\ufeff" + YAML, format="yaml", name="s") == read_spec(YAML, format="yaml", name="s")


def test_control_codes_do_not_reach_the_message() -> None:
    tree = sound() | {"task": "\x1b[31mred\n", "mo\x1b[1mdels": []}
    assert "\x1b" not in "".join(faults(tree))
