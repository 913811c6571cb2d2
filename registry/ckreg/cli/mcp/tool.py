"""A tool: a function of a registry and of what is asked, described by its own types."""

from collections.abc import Callable
from typing import Any, NamedTuple, get_type_hints

from ckreg.adapters.tree import Home
from ckreg.core.schemas import Schema, schema_of


class Tool(NamedTuple):
    """What the protocol lists of a tool, and what is called.

    `wrapped`: the answer is no object, as the protocol wants one, and stands under `result`. `writes` says
    that it changes the registry, or sends jobs, where its argument `confirm` is true.
    """

    name: str
    description: str
    asked: Schema
    answer: Schema
    wrapped: bool
    call: Callable[[Home, Any], object]
    writes: bool

    def structured(self, value: object) -> object:
        """What it answered, as an object."""
        return {"result": value} if self.wrapped else value


def tool_of(function: Callable[[Home, Any], object], *, writes: bool = False) -> Tool:
    """The tool that a function is: its name, docstring, and the types of `asked` and of what it returns."""
    hints = get_type_hints(function, include_extras=True)
    answer = schema_of(hints["return"])
    is_object = all(variant.get("type") == "object" for variant in answer.get("anyOf", [answer]))  # type: ignore[attr-defined]  # schemas
    return Tool(
        function.__name__,
        " ".join((function.__doc__ or "").split()),
        schema_of(hints["asked"]),
        {"type": "object", **answer} if is_object else _under_result(answer),
        not is_object,
        function,
        writes,
    )


def _under_result(answer: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"result": answer},
        "required": ["result"],
        "additionalProperties": False,
    }
