"""The questions in the order of the description, their defaults, and the spec that they come to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.spec import Spec, dump_spec, read_spec, spec_of
from ckreg.core.wizard import Choice, answers_of, questions, spec_of_answers
from ckreg.core.wizard.values import Part
from tests.core.spec.helpers import Tree, read
from tests.core.spec.strategies import spec_trees
from tests.core.wizard.talks import FOUND, QUESTION, refused, talk

ALL_DEFAULTS: Tree = {
    "task": "words_8L",
    "factor": "lora_comparison",
    "question": QUESTION,
    "date": "2025-10-22",
    "models": ["L1B"],
    "dataset": {"path": "/data/words_8L_80P_10000.json"},
    "variables": {"lora_rank": [4, 64]},
    "training": {"recipe": "lora_finetune_single_device"},
    "evaluation": {"tasks": [{"name": "cap", "script": "/evals/cap.py@cap"}]},
}


def spec(said: dict[str, str]) -> Spec:
    return spec_of_answers(talk(said))


def test_enter_alone_is_the_defaults_of_the_description() -> None:
    assert spec({}) == read(ALL_DEFAULTS)


def test_the_questions_come_in_the_order_of_the_description() -> None:
    asked = [(question.part, question.key) for question in questions(talk({}), FOUND)]
    assert [key for _, key in asked] == [
        *("vary", "question", "ranks", "controls"),
        *("models", "datasets", "tasks", "task.0.name", "task.0.dataset", "task.0.description"),
        *("epochs", "gpus", "validation", "system_prompt", "recipe", "batch_size", "packed", "others"),
        *("evaluated", "matrix"),
        *("task", "factor", "date", "notes"),
    ]
    assert [part for part, _ in asked] == sorted((part for part, _ in asked), key=list(Part).index)
    assert all(question.why for question in questions(talk({}), FOUND))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"vary": "2", "models": "1,2", "recipe": "full_finetune_single_device"}, None),
        (
            {"vary": "7"},
            {"variables": {}, "factor": "single", "training": {**ALL_DEFAULTS["training"], "lora_rank": 8}},
        ),
        (
            {"vary": "1,5", "keys": "lr, seed", "levels.lr": "3e-4, 1e-5", "levels.seed": "1,2"},
            {
                "variables": {"lora_rank": [4, 64], "lr": [3e-4, 1e-5], "seed": [1, 2]},
                "factor": "lora_x_lr_x_seed",
            },
        ),
        (
            {"vary": "ranks, sizes", "sizes": "500, all"},
            {
                "dataset": {
                    "n500": {"path": "/data/words_8L_80P_10000.json", "max_samples": 500},
                    "all": {"path": "/data/words_8L_80P_10000.json"},
                },
                "factor": "lora_x_data_sizes",
            },
        ),
        (
            {"vary": "3", "datasets": "/d/a.json, /d/b.json", "lora_rank": "16"},
            {
                "task": "a",
                "dataset": {"a": {"path": "/d/a.json"}, "b": {"path": "/d/b.json"}},
                "variables": {},
                "training": {**ALL_DEFAULTS["training"], "lora_rank": 16},
                "factor": "datasets",
            },
        ),
        (
            {
                "vary": "6",
                "variants": "full, unpacked",
                "variant.unpacked": "packed=false, lr=1e-5",
                "lora_rank": "8",
            },
            {
                "design": "ablation",
                "variables": {},
                "variants": {"full": {}, "unpacked": {"packed": False, "lr": 1e-5}},
                "factor": "ablation",
                "training": {**ALL_DEFAULTS["training"], "lora_rank": 8},
            },
        ),
        (
            {"epochs": "3", "validation": "y", "evaluated": "3", "evaluated_epochs": "0,2", "packed": "n"},
            {
                "training": {**ALL_DEFAULTS["training"], "epochs": 3, "validation": True, "packed": False},
                "evaluation": {**ALL_DEFAULTS["evaluation"], "epochs": [0, 2]},
            },
        ),
        (
            {"matrix": "2", "runs.0": "1, *_base"},
            {
                "evaluation": {
                    **ALL_DEFAULTS["evaluation"],
                    "matrix": [{"runs": "L1B_rank4", "tasks": ["cap"]}, {"runs": "*_base", "tasks": ["cap"]}],
                }
            },
        ),
        (
            {
                "gpus": "2",
                "system_prompt": "Be, well, brief",
                "others": "optimizer.lr=3e-4, note=a, b",
                "controls": "no",
            },
            {
                "controls": {"base_models": False},
                "training": {
                    "recipe": "lora_finetune_distributed",
                    "gpus": 2,
                    "system_prompt": "Be, well, brief",
                    "optimizer.lr": 3e-4,
                    "note": ["a", "b"],
                },
            },
        ),
        ({"tasks": "-"}, {"evaluation": {}}),
        (
            {"task.0.dataset": "/d/x.json", "task.0.description": "8 letters", "notes": "a | b"},
            {
                "evaluation": {
                    "tasks": [
                        {
                            **ALL_DEFAULTS["evaluation"]["tasks"][0],
                            "dataset": "/d/x.json",
                            "description": "8 letters",
                        }
                    ]
                },
                "notes": "a | b",
            },
        ),
        (
            {
                "vary": "5",
                "keys": "system_prompt",
                "levels.system_prompt": "short=Be brief; none=",
                "lora_rank": "8",
            },
            None,
        ),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) and "task" not in value else "",
)
def test_answers_are_the_spec_that_one_would_write(said: dict[str, str], expected: Tree | None) -> None:
    if expected is None:
        assert dump_spec(spec(said))
    else:
        assert spec(said) == read(ALL_DEFAULTS | expected)


def test_a_spec_that_is_saved_is_the_spec_of_the_answers() -> None:
    found = spec({"vary": "1,2", "models": "1,2"})
    assert read_spec(dump_spec(found), format="yaml", name="saved.yaml") == found


@pytest.mark.parametrize(
    ("key", "words", "before", "reason"),
    [
        ("vary", "9", {}, "no number 9"),
        ("vary", "ponies", {}, "none of the choices"),
        ("vary", "nothing, ranks", {}, "stands alone"),
        ("vary", "ablation, ranks", {}, "choose one of the two"),
        ("question", "", {}, "an answer is needed"),
        ("question", "a\x1b[31mb", {}, "control codes"),
        ("question", "a\nb", {}, "control codes"),
        ("question", "x" * 10_000, {}, "10,000 characters"),
        ("ranks", "4", {}, "at least two ranks"),
        ("ranks", "4, four", {}, 'found "four"'),
        ("ranks", "4, 4", {}, "given twice"),
        ("models", "1, 2", {}, "expected one"),
        ("models", "1", {"vary": "2", "models": "1,2"}, "at least two models"),
        ("models", "no/such name", {}, "letters, digits"),
        ("sizes", "500, many", {"vary": "4"}, "many is none"),
        ("labels", "a, a", {"vary": "3", "datasets": "/a.json, /b.json"}, "2 labels that differ"),
        ("epochs", "0", {}, "whole number from 1 on"),
        ("epochs", "2000", {}, "at most 1,000 epochs"),
        ("gpus", "many", {}, "whole number"),
        ("validation", "perhaps", {}, "none of the choices"),
        ("recipe", "full_finetune_single_device", {}, "has no lora_rank"),
        ("recipe", "1", {"gpus": "2"}, "uses one GPU, not 2"),
        ("others", "lr", {}, "expected"),
        ("others", "batchsize=4", {}, "did you mean `batch_size`"),
        ("evaluated", "best", {}, "validation: true"),
        ("evaluated_epochs", "1", {"evaluated": "specific"}, "epoch 1 is not trained"),
        ("runs.0", "*_rank7", {"matrix": "selective"}, "matches no run"),
        ("task", "a b", {}, "letters, digits"),
        ("date", "tomorrow", {}, "YYYY-MM-DD"),
        ("date", "2025-02-30", {}, "date that exists"),
    ],
)
def test_an_answer_that_will_not_do_says_why(
    key: str, words: str, before: dict[str, str], reason: str
) -> None:
    assert reason in (refused(key, words, before) or "")


def test_a_name_that_is_taken_is_avoided_and_refused() -> None:
    taken = "words_8L_lora_comparison_2025-10-22"
    found = replace(FOUND, experiments=(Choice(taken),))
    assert talk({}, found)["factor"] == "lora_comparison_2"
    assert f"{taken} exists already" in str(refused("date", "", {"factor": "lora_comparison"}, found))


@given(spec_trees())
def test_what_a_spec_was_answered_with_makes_its_runs_again(tree: Tree) -> None:
    """The answers of an experiment are defaults: those that will still do make the same settings."""
    answers = answers_of(read(tree))
    assert answers["question"] == " ".join(tree["question"].split())
    assert (answers["controls"] == "yes") == tree["controls"]["base_models"]


def test_answers_of_a_spec_are_those_that_made_it() -> None:
    said = {
        "vary": "1,2,4",
        "models": "1,2",
        "sizes": "500, all",
        "epochs": "2",
        "evaluated": "all",
        "others": "lr=0.0003",
    }
    given_answers = talk(said)
    found = answers_of(spec_of_answers(given_answers))
    for key, words in given_answers.items():
        if key not in {"task", "factor", "date", "notes"}:
            assert found[key] == words, key
    assert spec_of({"task": "t"} | ALL_DEFAULTS, "x")


@given(
    st.text(max_size=60),
    st.sampled_from(["vary", "ranks", "models", "tasks", "others", "batch_size", "runs.0", "date"]),
)
def test_any_words_are_an_answer_or_refused(words: str, key: str) -> None:
    refused(key, words, {"matrix": "selective"})
