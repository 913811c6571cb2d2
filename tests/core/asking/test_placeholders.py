import pytest

from ckreg.core.asking.placeholders import value_of, values_for
from ckreg.errors import UsageError


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("16", 16),
        ("-3", -3),
        ("1e-5", 1e-05),
        ("0.5", 0.5),
        ("007", "007"),
        ("-00.5", "-00.5"),
        ("1B", "1B"),
        ("9" * 30, "9" * 30),
        ("nan", "nan"),
        ("", ""),
    ],
)
def test_words_as_values(word: str, value: object) -> None:
    found = value_of(word)
    assert (found, type(found)) == (value, type(value))


def test_placeholders_get_their_values() -> None:
    sql = "SELECT ':no', \":no\", :a -- :no\n /* :no */ WHERE x = $b OR y = @c"
    assert values_for(sql, {"a": 1, "b": 2, "c": 3}) == {"a": 1, "b": 2, "c": 3}


def test_what_has_no_value_is_asked_for() -> None:
    with pytest.raises(UsageError, match="wants a value for `rank`: add `--param rank=VALUE`"):
        values_for("SELECT :rank", {})


@pytest.mark.parametrize(
    ("sql", "said"), [("SELECT :rank", "It has `:rank`."), ("SELECT ':x'", "It takes no values.")]
)
def test_a_value_for_nothing_is_refused(sql: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"no `:x`. {said}"):
        values_for(sql, {"rank": 1, "x": 2} if "rank" in sql else {"x": 2})
