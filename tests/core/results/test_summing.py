"""Values of a cell to one number, worked out by hand."""

import pytest

from ckreg.core.results.joining import plan_of
from ckreg.core.results.paper import Asked, ended, paper, score_text
from ckreg.core.results.summing import mean_and_error, summed
from ckreg.core.results.values import Result
from ckreg.core.summary import parse
from tests.documents import EXPERIMENT, SUMMARY

PLAN = plan_of(parse(SUMMARY), EXPERIMENT)
RANKS = {"L1B_rank4": "4", "L1B_rank64": "64", "L1B_base": None}


def result(run: str, value: float | None, epoch: str | None = None, **more: object) -> Result:
    told: dict[str, object] = {"task": "cap", "metric": None if value is None else "accuracy"} | more
    return Result(run_name=run, value=value, epoch=epoch, **told)  # type: ignore[arg-type]  # as they are


def test_the_mean_of_three_values_and_its_standard_error() -> None:
    # Deviations -1, 0, 1: variance 2 / 2 = 1, and 1 / sqrt(3) = 0.577350269...
    assert mean_and_error([1.0, 2.0, 3.0]) == (2.0, 0.57735026919)
    assert mean_and_error([0.25]) == (0.25, None)


def test_seeds_are_averaged_and_one_value_keeps_the_error_over_samples() -> None:
    seeds = [result("L1B_rank4", value, "0", seed=seed) for seed, value in enumerate((0.7, 0.8))]
    [tuned] = summed(seeds, PLAN)
    assert (tuned.mean, tuned.stderr, tuned.n) == (0.75, 0.05, 2)
    [one] = summed([result("L1B_rank4", 0.7, "0", stderr=0.03, samples=200)], PLAN)
    assert (one.mean, one.stderr, one.n, one.samples) == (0.7, 0.03, 1, 200)


def test_of_one_seed_evaluated_twice_the_newer_counts() -> None:
    twice = [
        result("L1B_rank4", 0.9, "0", seed=1, at="2026-11-21T00:00:00+00:00", source="a"),
        result("L1B_rank4", 0.1, "0", seed=1, at="2026-11-20T00:00:00+00:00", source="b"),
    ]
    [row] = summed(twice, PLAN)
    assert (row.mean, row.n) == (0.9, 1)


def test_the_base_model_without_training_is_the_baseline() -> None:
    rows = summed([result("L1B_base", 0.59), result("L1B_rank4", 0.81, "0")], PLAN)
    assert [(row.run_name, row.base, row.difference) for row in rows] == [
        ("L1B_rank4", 0.59, 0.22),
        ("L1B_base", None, None),
    ]


RESULTS = [
    result("L1B_base", 0.59, stderr=0.035),
    result("L1B_rank4", 0.7, "0"),
    result("L1B_rank4", 0.81, "1"),
    result("L1B_rank4", 0.3, "0", task="validation", metric="eval_loss"),
    result("L1B_rank4", 0.4, "1", task="validation", metric="eval_loss"),
    result("L1B_rank64", None, "best", outcome="failed"),
]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        (
            Asked(),
            [
                ("L1B_rank4", "1", "0.810 (+0.220)"),
                ("L1B_rank64", "best", "failed"),
                ("L1B_base", None, "0.590 ± 0.035"),
            ],
        ),
        (
            Asked(epoch="all"),
            [
                ("L1B_rank4", "0", "0.700 (+0.110)"),
                ("L1B_rank4", "1", "0.810 (+0.220)"),
                ("L1B_rank64", "best", "failed"),
                ("L1B_base", None, "0.590 ± 0.035"),
            ],
        ),
        # The least validation loss is that of epoch 0.
        (
            Asked(epoch="best"),
            [
                ("L1B_rank4", "0", "0.700 (+0.110)"),
                ("L1B_rank64", "best", "failed"),
                ("L1B_base", None, "0.590 ± 0.035"),
            ],
        ),
        (Asked(epoch="0"), [("L1B_rank4", "0", "0.700 (+0.110)"), ("L1B_base", None, "0.590 ± 0.035")]),
        (Asked(metric="eval_loss"), [("L1B_rank4", "1", "0.400")]),
        (Asked(by="model"), [("L1B", "4", "0.810 (+0.220)"), ("L1B", "base", "0.590 ± 0.035")]),
    ],
    ids=["last", "all", "best", "0", "metric", "model"],
)
def test_the_papers_table(asked: Asked, rows: list[tuple[str | None, ...]]) -> None:
    assert list(paper(summed(RESULTS, PLAN), PLAN, RANKS, asked, ended(RESULTS)).rows) == rows


def test_a_last_epoch_that_failed_is_not_replaced_by_the_one_before() -> None:
    results = [result("L1B_rank4", 0.7, "0"), result("L1B_rank4", None, "1", outcome="incomplete")]
    table = paper(summed(results, PLAN), PLAN, RANKS, Asked(), ended(results))
    assert table.rows == (("L1B_rank4", "1", "incomplete"),)


def test_an_evaluation_that_was_repeated_and_succeeded_has_not_failed() -> None:
    assert ended([result("L1B_rank4", None, "0", outcome="failed"), result("L1B_rank4", 0.7, "0")]) == {}


def test_runs_that_differ_in_the_seed_alone_are_one_row_of_a_model() -> None:
    plan = plan_of(
        parse(SUMMARY.replace("| L1B_rank64 | L1B | 64 |", "| L1B_rank64 | L1B | 4 |")), EXPERIMENT
    )
    ranks = {**RANKS, "L1B_rank64": "4"}
    results = [result("L1B_rank4", 0.7, "0"), result("L1B_rank64", 0.8, "best"), result("L1B_base", 0.5)]
    table = paper(summed(results, plan), plan, ranks, Asked(by="model"), {})
    assert table.rows == (("L1B", "4", "0.750 ± 0.050 (+0.250)"), ("L1B", "base", "0.500"))


def test_tasks_with_other_metrics_say_so_in_their_headers() -> None:
    results = [result("L1B_rank4", 0.7, "0"), result("L1B_rank4", 12.345678, "0", task="t", metric="ppl")]
    table = paper(summed(results, PLAN), PLAN, RANKS, Asked(), {})
    assert (table.headers, table.metric) == (("Run", "Epoch", "cap (accuracy)", "t (ppl)"), None)
    assert table.rows == (("L1B_rank4", "0", "0.700", "12.35"),)


def test_of_several_scorers_the_one_shown_is_named_and_another_can_be_asked_for() -> None:
    results = [
        result("L1B_rank4", 0.7, "0", scorer="match"),
        result("L1B_rank4", 0.9, "0", scorer="includes"),
    ]
    rows = summed(results, PLAN)
    tables = [paper(rows, PLAN, RANKS, Asked(metric), {}) for metric in (None, "accuracy", "match/accuracy")]
    assert [(table.metric, table.rows[0][2]) for table in tables] == [
        ("includes/accuracy", "0.900"),
        ("includes/accuracy", "0.900"),
        ("match/accuracy", "0.700"),
    ]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((0.5, None, None), "0.500"),
        ((0.5, 0.02, -0.1), "0.500 ± 0.020 (-0.100)"),
        ((0.5, 0.02, -0.00001), "0.500 ± 0.020 (+0.000)"),
        ((1234.5, 12.25, 3.0), "1234 ± 12.25 (+3)"),
        ((1e30, None, None), "1e+30"),
    ],
)
def test_numbers_as_people_write_them(numbers: tuple[float, float | None, float | None], text: str) -> None:
    assert score_text(*numbers) == text
