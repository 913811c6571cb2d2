"""Names are worked out by hand from the examples of the design."""

from datetime import date

import pytest

from ckreg.core import naming


def test_an_experiment_is_task_factor_and_date() -> None:
    name = naming.experiment_name("cap_8L", "lora_comparison", date(2025, 10, 22))
    assert name == "cap_8L_lora_comparison_2025-10-22"


@pytest.mark.parametrize(
    ("factors", "rank", "name"),
    [
        ((), 4, "Llama-3.2-1B-Instruct_rank4"),
        ((), None, "Llama-3.2-1B-Instruct"),
        (("lr1e-05", "packedtrue"), 64, "Llama-3.2-1B-Instruct_lr1e-05_packedtrue_rank64"),
    ],
)
def test_a_run_is_model_factors_and_rank(factors: tuple[str, ...], rank: int | None, name: str) -> None:
    assert naming.run_name("Llama-3.2-1B-Instruct", factors, rank) == name


def test_a_control_is_the_base_model() -> None:
    assert naming.control_name("Llama-3.2-1B-Instruct") == "Llama-3.2-1B-Instruct_base"


@pytest.mark.parametrize(
    ("value", "text"),
    [(4, "4"), (1e-5, "1e-05"), (3e-4, "0.0003"), (0.5, "0.5"), (1e22, "1e22"), (True, "true"), ("a", "a")],
)
def test_values_are_in_their_shortest_form(value: object, text: str) -> None:
    assert naming.short(value) == text


@pytest.mark.parametrize("text", ["", ".hidden", "-rf", "a b", "a/b", "a|b", "é", "a\n"])
def test_what_is_not_safe_everywhere_is_no_name(text: str) -> None:
    assert not naming.is_name(text)


@pytest.mark.parametrize(
    ("dataset", "task"),
    [
        ("/tasks/capitalization/input/words_8L_80P_10000.json", "cap_8L"),
        ("words_5L.json", "cap_5L"),
        ("/data/twins/train.jsonl", "twins"),
        ("/data/my words (v2).json", "my_words_v2"),
        ("/data/...", "task"),
        ("", "task"),
    ],
)
def test_a_task_s_name_is_proposed_from_its_dataset(dataset: str, task: str) -> None:
    assert naming.proposed_task(dataset) == task


@pytest.mark.parametrize(
    ("varied", "factor"),
    [
        (["lora_rank"], "lora_comparison"),
        (["model"], "model_sizes"),
        (["variant"], "ablation"),
        (["lr"], "lr_sweep"),
        (["model", "lora_rank"], "model_x_lora_rank"),
        ([], "single_run"),
    ],
)
def test_a_factor_s_name_is_proposed_from_what_varies(varied: list[str], factor: str) -> None:
    assert naming.proposed_factor(varied) == factor
