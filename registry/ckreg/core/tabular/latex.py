"""Tables as LaTeX's package booktabs has them."""

import re
from collections.abc import Collection, Iterable, Sequence

from ckreg.core.tabular.cells import shown
from ckreg.core.text import one_line

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        # These print as something else in LaTeX's old font encoding.
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        # After `\\` these would be taken for its argument.
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
        "±": r"\ensuremath{\pm}",
        "×": r"\ensuremath{\times}",
        "≤": r"\ensuremath{\le}",
        "≥": r"\ensuremath{\ge}",
        "\N{MINUS SIGN}": r"\ensuremath{-}",
    }
)
_HYPHENS = re.compile("-(?=-)")  # two would print as one dash
_NOTHING = "--"


def as_latex(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Collection[int] = ()) -> str:
    r"""A `tabular` with booktabs' rules; the columns at the places `right` right-aligned.

    What a cell says is text: every character that LaTeX reads otherwise is escaped.
    """
    head, *body = ([latex_cell(cell) for cell in row] for row in (columns, *rows))
    kinds = "".join("r" if place in right else "l" for place in range(len(head)))
    lines = [
        "% \\usepackage{booktabs}",
        rf"\begin{{tabular}}{{{kinds}}}",
        r"\toprule",
        _line(head),
        r"\midrule",
        *map(_line, body),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "".join(f"{line}\n" for line in lines)


def latex_cell(value: object) -> str:
    """A value as text in LaTeX; null is a dash."""
    if value is None:
        return _NOTHING
    return _HYPHENS.sub("-{}", one_line(shown(value)).translate(_ESCAPES))


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"
