"""Conditions as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.asking.expression import condition
from ckreg.core.asking.names import Names, split_names
from ckreg.errors import UsageError

NAMES = Names(
    ["learning_rate", "optimizer.lr", "lora_rank", "Group Size", "order"],
    [("cap", "accuracy"), ("cap-8L", "accuracy"), (None, "eval_loss")],
)


@pytest.mark.parametrize(
    ("text", "sql", "columns"),
    [
        ("lora_rank >= 16", '"lora_rank" >= 16', ("lora_rank",)),
        ("LORA_RANK = 4", '"lora_rank" = 4', ("lora_rank",)),
        ("learning_rate > 1e-5", '"learning_rate" > 1e-5', ("learning_rate",)),
        ("optimizer.lr < 1", '"optimizer.lr" < 1', ("optimizer.lr",)),
        ("cap.accuracy > eval_loss", '"cap.accuracy" > "eval_loss"', ("cap.accuracy", "eval_loss")),
        ('"cap-8L.accuracy" > 0', '"cap-8L.accuracy" > 0', ("cap-8L.accuracy",)),
        ("[Group Size] IS NULL", '"Group Size" IS NULL', ("Group Size",)),
        ("status = 'it''s accuracy'", "\"status\" = 'it''s accuracy'", ("status",)),
        ("lower(model) LIKE '%b'", "lower(\"model\") LIKE '%b'", ("model",)),
        ("status IN ('a') -- accuracy", "\"status\" IN ('a') -- accuracy", ("status",)),
        ("1 /* accuracy", "1 /* accuracy", ()),
    ],
)
def test_columns_are_quoted_and_told(text: str, sql: str, columns: tuple[str, ...]) -> None:
    assert condition(text, NAMES) == (sql, columns)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("statsu = 1", r"no column `statsu`\. Did you mean `status`\? Columns: experiment, run_name,"),
        ("status = failed", "no column `failed`"),
        ('status = "failed"', "no column `failed`"),
        ("cap.acuracy > 1", "Did you mean `cap.accuracy`"),
        ("1=1) OR (1=1", "brackets of '1=1[)] OR [(]1=1' do not match"),
        ("max(accuracy", "do not match"),
    ],
)
def test_what_is_no_column_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        condition(text, NAMES)


def test_a_select_of_its_own_may_name_anything() -> None:
    text = "run_name IN (SELECT o.run_name FROM runs AS o)"
    assert condition(text, NAMES).columns == ("run_name",)


@given(st.text("abc'\"`[].(-*/ \n1e", max_size=20))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        told = condition(text, NAMES)
    except UsageError:
        return
    assert told.sql.replace('"', "") == text.replace('"', "")  # no column is in the text: all stays


def test_names_in_words() -> None:
    assert split_names(["a,b", " c ", ""]) == ["a", "b", "c"]


def test_the_usual_metric() -> None:
    assert NAMES.metric == "accuracy"
    assert Names([], [("t", "zeta"), ("t", "beta")]).metric == "beta"
    assert Names([], []).metric is None


def test_all_columns_are_told_once() -> None:
    assert NAMES.all.count("lora_rank") == 1
    assert NAMES.all[-4:] == ("accuracy", "eval_loss", "cap.accuracy", "cap-8L.accuracy")
