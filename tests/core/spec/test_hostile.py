"""Whatever stands in a spec, it is read or told to be malformed; nothing else is raised."""

import contextlib
import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.plan import resolve
from ckreg.core.spec import Format, Spec, dump_spec, read_spec
from ckreg.core.text import printable
from ckreg.errors import MalformedError
from tests.core.plan.helpers import TODAY
from tests.core.spec.helpers import Tree, read
from tests.core.spec.strategies import spec_trees

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["auto", "all", "best", "last", "on", "../x", "*_base", "-", "\x1b[31m", "ablation", 10**400]
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def places(tree: object) -> list[tuple[Tree | list[object], object]]:
    """Every mapping and list of the tree with one of its keys or places."""
    match tree:
        case dict():
            found = [(tree, key) for key in tree]
            return [*found, *(place for value in tree.values() for place in places(value))]
        case list():
            found_items = [(tree, index) for index in range(len(tree))]
            return [*found_items, *(place for value in tree for place in places(value))]
        case _:
            return []


def outcome(tree: Tree) -> Spec | str:
    """The spec, or what is said against it."""
    try:
        return read(tree)
    except MalformedError as error:
        return str(error)


@given(spec_trees(), st.data())
def test_a_spec_with_anything_in_any_place_is_read_or_malformed(tree: Tree, data: st.DataObject) -> None:
    tree = copy.deepcopy(tree)
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places(tree)))
        holder[key] = data.draw(values)  # type: ignore[index, call-overload]
    spec = outcome(tree)
    if isinstance(spec, str):
        assert all(printable(line) == line for line in spec.split("\n"))
    else:
        assert read_spec(dump_spec(spec), format="yaml", name="spec.yaml") == spec
        assert resolve(spec, TODAY).runs


@pytest.mark.parametrize("format", ["yaml", "toml", "json"])
@given(text=st.text(st.sampled_from("a:1-[]{}#&*!|>'\"%@`,=.\n\t \x00\x85\ufeff0e+~<"), max_size=40))
def test_any_text_is_a_spec_or_malformed(text: str, format: Format) -> None:  # noqa: A002
    with contextlib.suppress(MalformedError):
        read_spec(text, format=format, name="spec")
