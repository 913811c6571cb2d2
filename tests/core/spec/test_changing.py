import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.spec import changed, dump_spec, spec_of, spec_tree
from ckreg.core.spec.changing import value_of
from ckreg.core.text import printable
from ckreg.errors import CkregError, MalformedError, UsageError
from tests.core.spec.helpers import Tree, read, sound
from tests.core.spec.strategies import spec_trees


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["lora_rank=32,64"], {"variables": {"lora_rank": [32, 64]}}),
        (["training.epochs=3"], {"training": {"recipe": "lora_finetune_single_device", "epochs": 3}}),
        (["lr=3e-4, 1e-5"], {"variables": {"lora_rank": [4, 64], "lr": [0.0003, 0.00001]}}),
        (["optimizer.lr=1,2"], {"variables": {"lora_rank": [4, 64], "optimizer.lr": [1, 2]}}),
        (["models=A,B"], {"models": ["A", "B"]}),
        (["models=A"], {"models": ["A"]}),
        (["dataset=/other.json"], {"dataset": {"path": "/other.json"}}),
        (["question=Is it, or not: so?"], {"question": "Is it, or not: so?"}),
        (["task=2025"], {"task": "2025"}),
        (["controls.base_models=false"], {"controls": {"base_models": False}}),
        (
            ["evaluation.epochs=0, 1", "evaluation.tasks[0].script=/x.py@x"],
            {"evaluation": {"tasks": [{"name": "cap", "script": "/x.py@x"}], "epochs": [0, 1]}},
        ),
        (["date=2026-01-02", "factor=other"], {"date": "2026-01-02", "factor": "other"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_setting_is_as_if_the_spec_had_said_so(settings: list[str], expected: Tree) -> None:
    assert changed(read(sound()), settings) == read(sound() | expected)


def test_one_value_is_fixed_and_varies_no_more() -> None:
    spec = changed(read(sound()), ["lora_rank=16"])
    assert spec.variables == ()
    assert dict(spec.training.settings)["lora_rank"] == 16


def test_labels_that_name_no_model_are_levels_and_models_are_not() -> None:
    spec = changed(read(sound()), ["system_prompt={short: Be brief., none: ''}"])
    assert [level.label for level in spec.variables[1].levels] == ["short", "none"]
    of_model = changed(read(sound()), ["batch_size={Llama-3.2-1B-Instruct: 8}"])
    assert of_model.training.of("Llama-3.2-1B-Instruct")["batch_size"] == 8


def test_no_value_takes_a_key_away() -> None:
    spec = changed(read(sound() | {"notes": "old"}), ["notes=", "variables.lora_rank="])
    assert spec.notes is None
    assert spec.variables == ()


@pytest.mark.parametrize(
    "setting", ["lora_rank", "=4", "evaluation.tasks[7].script=x", "task[0]=x", "a..b=1"]
)
def test_what_is_no_setting_is_a_usage_error(setting: str) -> None:
    with pytest.raises(UsageError, match="--set"):
        changed(read(sound()), [setting])


def test_faults_of_what_comes_of_it_are_all_told() -> None:
    with pytest.raises(
        MalformedError, match=r"(?s)training.gpus: .*0.*training.epochs|epochs.*gpus"
    ) as caught:
        changed(read(sound()), ["epochs=many", "gpus=0"])
    assert '"many"' in str(caught.value)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("4", 4),
        ("3e-4", 0.0003),
        ("true", True),
        ("4, 8", [4, 8]),
        ("[1, 2]", [1, 2]),
        ("{a: 1}", {"a": 1}),
        ("'4'", "4"),
        ("a b", "a b"),
        ("[1", "[1"),
        ("", None),
        ("a: b: c", "a: b: c"),
    ],
)
def test_words_are_yaml_scalars(words: str, value: object) -> None:
    assert value_of(words) == value


@given(spec_trees())
def test_a_tree_of_a_spec_is_the_spec(tree: Tree) -> None:
    spec = read(tree)
    assert spec_of(spec_tree(spec), "x") == spec
    assert dump_spec(changed(spec, [])) == dump_spec(spec)


@given(st.text(max_size=40) | st.text(min_size=5000, max_size=5001))
def test_any_words_are_a_sound_spec_or_an_error_that_says_so(words: str) -> None:
    try:
        changed(read(sound()), [words])
    except CkregError as error:
        for line in str(error).split("\n"):
            assert printable(line) == line  # either will do
            assert len(line) < 400
