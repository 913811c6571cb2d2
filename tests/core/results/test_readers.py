"""What files of inspect-ai, lm-evaluation-harness and Trainer tell; they are made up, in the tools' form."""

import contextlib
import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.results.inspect_ai import read_log
from ckreg.core.results.reading import NoResultsError, read_json
from ckreg.core.results.values import Evaluation

INSPECT = {
    "version": 2,
    "status": "success",
    "eval": {
        "eval_id": "abc",
        "created": "2026-11-20T09:00:00+01:00",
        "task": "inspect_evals/words",
        "model": "hf/local",
        "model_args": {"model_path": "/scratch/exp/ck-out-L1B_rank4/epoch_1"},
        "model_generate_config": {"seed": 7},
    },
    "results": {
        "total_samples": 200,
        "completed_samples": 198,
        "scores": [
            {
                "name": "match",
                "scorer": "match",
                "metrics": {
                    "accuracy": {"name": "accuracy", "value": 0.81, "params": {}},
                    "stderr": {"name": "stderr", "value": 0.028, "params": {}},
                },
            },
            {"name": "includes", "scored_samples": 150, "metrics": {"accuracy": {"value": 0.9}}},
        ],
    },
    "stats": {"started_at": "2026-11-20T09:00:00+01:00", "completed_at": "2026-11-20T10:00:00+01:00"},
}
LM_EVAL = {
    "results": {
        "mmlu": {"acc,none": 0.5, "acc_stderr,none": 0.01, "alias": "mmlu"},
        "mmlu_law": {"acc,none": 0.4, "acc_stderr,none": 0.02, "alias": " - law"},
        "gsm8k": {
            "alias": "gsm8k",
            "exact_match,strict-match": 0.25,
            "exact_match_stderr,strict-match": 0.012,
            "exact_match,flexible-extract": 0.375,
            "exact_match_stderr,flexible-extract": "N/A",
        },
    },
    "groups": {"mmlu": {"acc,none": 0.5, "acc_stderr,none": 0.01, "alias": "mmlu"}},
    "group_subtasks": {"mmlu": ["mmlu_law"], "gsm8k": []},
    "configs": {},
    "n-samples": {"gsm8k": {"original": 1319, "effective": 100}},
    "config": {
        "model": "hf",
        "model_args": "pretrained=/models/L1B,peft=/scratch/exp/ck-out-L1B_rank4/epoch_0,dtype=auto",
        "random_seed": 0,
    },
    "date": 1763632800.5,
}
STATE = {
    "best_metric": 0.5,
    "global_step": 150,
    "log_history": [
        {"loss": 2.1, "epoch": 0.5, "step": 25},
        {"eval_loss": 0.9, "epoch": 0.5, "step": 25},
        {"eval_loss": 0.6, "eval_accuracy": 0.7, "eval_runtime": 3.0, "epoch": 0.99, "step": 50},
        {"eval_loss": 0.5, "eval_samples_per_second": 9.0, "epoch": 2.0, "step": 100},
        {"train_runtime": 100.0, "epoch": 3.0, "step": 150},
    ],
}


def told(of: Evaluation) -> list[tuple[object, ...]]:
    return [(score.metric, score.value, score.stderr, score.samples, score.scorer) for score in of.scores]


def test_inspect_ai_tells_each_scorers_metrics_with_the_standard_error_beside_the_mean() -> None:
    [found] = read_json(json.dumps(INSPECT))
    assert told(found) == [
        ("accuracy", 0.81, 0.028, 198, "match"),
        ("accuracy", 0.9, None, 150, "includes"),
    ]
    assert (found.task, found.seed, found.identity) == ("words", 7, "abc")
    assert (found.outcome, found.at) == ("completed", "2026-11-20T09:00:00+00:00")
    assert found.models == ("/scratch/exp/ck-out-L1B_rank4/epoch_1", "hf/local")


def test_samples_are_those_that_were_scored_however_often_they_were_answered() -> None:
    # As inspect-ai 0.3 wrote it for 20 samples in two epochs, 15 of them right: 0.75, and
    # sqrt(0.75 * 0.25 / 19) = 0.0993...
    results = json.loads("""
        {"total_samples": 40, "completed_samples": 40, "scores": [{"name": "match", "scorer": "match",
        "scored_samples": 20, "unscored_samples": 0, "params": {"location": "begin"}, "metrics": {
        "accuracy": {"name": "accuracy", "value": 0.75, "params": {}},
        "stderr": {"name": "stderr", "value": 0.09933992677987828, "params": {}}}}],
        "headline": {"scorer": "match", "score": "match", "metric": "accuracy"}}""")
    found = read_log(json.dumps({**INSPECT, "results": results}))
    assert told(found) == [("accuracy", 0.75, 0.09933992677987828, 20, "match")]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("error", "failed"), ("cancelled", "cancelled"), ("started", "incomplete"), (None, "incomplete")],
)
def test_scores_of_an_evaluation_that_did_not_succeed_do_not_count(status: str | None, outcome: str) -> None:
    found = read_log(json.dumps({**INSPECT, "status": status}))
    assert (found.outcome, found.scores) == (outcome, ())


def test_a_success_without_scores_is_incomplete() -> None:
    assert read_log(json.dumps({**INSPECT, "results": None})).outcome == "incomplete"


def test_a_standard_error_beside_several_means_is_only_the_accuracys() -> None:
    metrics = {"accuracy": {"value": 0.5}, "f1": {"value": 0.6}, "stderr": {"value": 0.1}}
    header = {**INSPECT, "results": {"scores": [{"name": "s", "metrics": metrics}]}}
    assert [(score.metric, score.stderr) for score in read_log(json.dumps(header)).scores] == [
        ("accuracy", 0.1),
        ("f1", None),
    ]


def test_lm_evaluation_harness_tells_metric_and_filter_of_tasks_and_groups() -> None:
    found = {each.task: each for each in read_json(json.dumps(LM_EVAL))}
    assert told(found["gsm8k"]) == [
        ("exact_match", 0.25, 0.012, 100, "strict-match"),
        ("exact_match", 0.375, None, 100, "flexible-extract"),
    ]
    assert told(found["mmlu"]) == [("acc", 0.5, 0.01, None, None)]
    assert [task for task, each in found.items() if each.of_group] == ["mmlu_law"]
    assert found["mmlu"].models == ("/scratch/exp/ck-out-L1B_rank4/epoch_0", "/models/L1B")
    assert (found["mmlu"].seed, found["mmlu"].at) == (0, "2025-11-20T10:00:00+00:00")


def test_lm_evaluation_harness_before_0_4_had_no_filters() -> None:
    old = {"results": {"arc": {"acc": 0.3, "acc_stderr": 0.01, "acc_norm": 0.35}}, "versions": {"arc": 0}}
    [found] = read_json(json.dumps(old))
    assert told(found) == [("acc", 0.3, 0.01, None, None), ("acc_norm", 0.35, None, None, None)]


@pytest.mark.parametrize(
    "args", [{"pretrained": "/m/L1B"}, '{"pretrained": "/m/L1B"}', "dtype=auto,pretrained=/m/L1B"]
)
def test_lm_evaluation_harness_writes_its_model_in_several_ways(args: object) -> None:
    told = {"results": {"arc": {"acc,none": 0.3}}, "config": {"model_args": args}}
    assert [found.models for found in read_json(json.dumps(told))] == [("/m/L1B",)]


def test_parts_of_a_group_and_groups_in_a_group_are_parts() -> None:
    names = ("mmlu", "mmlu_stem", "mmlu_physics", "loose")
    told = {
        "results": {
            name: {"acc,none": 0.5} if name != "tag" else {"alias": "tag"} for name in (*names, "tag")
        },
        "group_subtasks": {"mmlu": ["mmlu_stem"], "mmlu_stem": ["mmlu_physics"], "tag": ["loose"]},
        "configs": {},
    }
    assert [(found.task, found.of_group) for found in read_json(json.dumps(told))] == [
        ("mmlu", False),
        ("mmlu_stem", True),
        ("mmlu_physics", True),
        ("loose", False),
    ]


def test_a_trainers_state_tells_the_validation_at_the_end_of_each_epoch_counted_from_0() -> None:
    found = read_json(json.dumps(STATE))
    assert [(each.task, each.epoch, told(each)) for each in found] == [
        ("validation", "0", [("eval_loss", 0.6, None, None, None), ("eval_accuracy", 0.7, None, None, None)]),
        ("validation", "1", [("eval_loss", 0.5, None, None, None)]),
    ]


@pytest.mark.parametrize("text", ["[]", "{", '"x"', "[" * 100_000, "1" * 10_000, "", "NaN", "\ud800"])
def test_what_is_no_json_object_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="JSON") as said:
        read_json(text)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("values", [{}, {"log_history": [{"loss": 1}]}, {"results": {"x": {}}, "config": {}}])
def test_a_file_of_something_else_is_none_of_ours(values: Mapping[str, object]) -> None:
    with pytest.raises(NoResultsError):
        read_json(json.dumps(values))


def test_numbers_that_are_none_are_not_there() -> None:
    values = {"acc,none": float("nan"), "f1,none": True, "em,none": 10**400, "x,none": "0.5", "ok,none": 1}
    [found] = read_json(json.dumps({"results": {"t": values}, "config": {}}))
    assert told(found) == [("ok", 1.0, None, None, None)]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([INSPECT, LM_EVAL, STATE]), st.data())
def test_any_value_anywhere_is_read_or_refused(whole: dict[str, object], data: st.DataObject) -> None:
    values = json.loads(json.dumps(whole))
    place = values
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(ANYTHING)
        break
    with contextlib.suppress(ValueError):
        for found in read_json(json.dumps(values)):
            assert all(abs(score.value) < float("inf") for score in found.scores)
