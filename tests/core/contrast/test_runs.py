"""Which runs of several experiments compare."""

from ckreg.core.contrast.runs import alike
from ckreg.core.shown.reading import shown_in
from ckreg.core.shown.values import ShownPlan
from ckreg.core.summary import parse

HEAD = """\
# Experiment: x

## All Runs
| Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
|----------|-------|-----------|------------|------|-----------|
"""


def plan(*rows: str) -> ShownPlan:
    return shown_in(parse(HEAD + "".join(f"| {row} | 4 | Fine-tuned | - |\n" for row in rows)))


def pairs(*plans: ShownPlan) -> list[tuple[str, tuple[str | None, ...]]]:
    return [(each.label, each.names) for each in alike(plans)]


def test_runs_of_the_same_name_compare() -> None:
    assert pairs(plan("a | M | 4", "b | M | 8"), plan("b | N | 8"), plan("b | M | 8")) == [
        ("b", ("b", "b", "b"))
    ]


def test_else_those_of_the_same_model_and_rank() -> None:
    assert pairs(plan("M_rank4 | M | 4"), plan("M_lr1_rank4 | M | 4"), plan("z | Z | 4")) == [
        ("M rank 4", ("M_rank4", "M_lr1_rank4", None))
    ]


def test_where_several_have_that_model_and_rank_none_is_taken() -> None:
    assert pairs(plan("M_rank4 | M | 4"), plan("M_lr1 | M | 4", "M_lr2 | M | 4")) == []
