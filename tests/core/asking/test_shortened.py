"""Experiments by as much of their names as it takes."""

from ckreg.core.asking.runs import shortened


def test_the_shortest_beginning_that_is_enough() -> None:
    all_names = ["cap_8L_lora_2025-10-22", "cap_8L_models_2025-11-02", "sums_lora_2025-10-22"]
    assert shortened(all_names, all_names) == {
        "cap_8L_lora_2025-10-22": "cap_8L_lora",
        "cap_8L_models_2025-11-02": "cap_8L_models",
        "sums_lora_2025-10-22": "sums",
    }


def test_a_name_that_others_begin_with_stays_whole() -> None:
    assert shortened(["cap"], ["cap", "cap_8L"]) == {"cap": "cap"}


def test_one_experiment_alone() -> None:
    assert shortened(["cap_8L_2025"], []) == {"cap_8L_2025": "cap"}
