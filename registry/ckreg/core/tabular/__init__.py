"""Columns and rows as text that other programs take in: CSV, JSON, Markdown, LaTeX."""

from ckreg.core.tabular.cells import numeric_columns, shown
from ckreg.core.tabular.csv_text import as_csv
from ckreg.core.tabular.json_text import as_json, as_json_lines, json_text
from ckreg.core.tabular.latex import as_latex
from ckreg.core.tabular.markdown import as_markdown

__all__ = [
    "as_csv",
    "as_json",
    "as_json_lines",
    "as_latex",
    "as_markdown",
    "json_text",
    "numeric_columns",
    "shown",
]
