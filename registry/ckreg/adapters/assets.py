"""Renders the texts that core planned with the templates of the package."""

import re
import shlex
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from ckreg.core import units
from ckreg.core.markdown import escaped
from ckreg.core.plan import sheet
from ckreg.core.resources import versions_text
from ckreg.core.text import one_line

_SUMMARY = "experiment_summary.md.j2"
# What makes a heading, a table, a fence, HTML or another list of a line's beginning.
_BLOCK = re.compile(r"^(\d*)([#|`~<>=+*_\\.)-])")


def render_summary(values: sheet.Sheet) -> str:
    """An experiment's document; the same values give the same bytes."""
    return _environment().get_template(_SUMMARY).render(sheet=values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # Markdown, not HTML; the filters escape what Markdown means
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "cell": cell,
        "code": code,
        "line": one_line,
        "prose": prose,
        "shell": shlex.quote,
        "mark": sheet.mark,
        "size_text": sheet.size_text,
        "splits_text": sheet.splits_text,
        "versions_text": versions_text,
        "matrix_cells": sheet.matrix_cells,
        "count": units.count,
        "duration": units.duration,
        "gib": units.gib,
    }
    return environment


def _template(name: str) -> str:
    return files("ckreg").joinpath("templates", name).read_text(encoding="utf-8")


def cell(value: object) -> str:
    """A value as it stands in a table's cell: one line, pipes escaped, `-` for none."""
    return "-" if value is None else escaped(one_line(str(value))) or "-"


def code(value: str | None) -> str:
    """Text in backticks, more of them where it has some itself; `not set` for none."""
    if value is None:
        return "not set"
    text = one_line(value)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    if not longest:
        return f"`{text}`"
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"


def prose(value: str) -> str:
    """A line of somebody's prose that begins no heading, table, fence, HTML or list of its own."""
    text = one_line(value).removeprefix("- ").removeprefix("* ")
    return _BLOCK.sub(r"\1\\\2", text)
