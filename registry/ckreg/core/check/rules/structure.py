"""CK1xx: are the document's sections, tables and columns there, once, and its rows whole?"""

import re
from collections.abc import Iterator

from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject
from ckreg.core.markdown import plain
from ckreg.core.summary.tables import NOTHING, SECTIONS, SHAPES
from ckreg.core.text import Splice, newline_of

_DASHES = re.compile(r":?-{3,}:?")


@rule("CK100", WARNING, "the title names another experiment than the folder")
def other_title(subject: Subject) -> Iterator[Found]:
    """The document's title is that of another experiment: most likely the folder was copied.

    Bad, line 1:

        # Experiment: words_lora_comparison_2025-11-01

    Good:

        # Experiment: cap_8L_lora_comparison_2025-10-22
    """
    for heading in subject.document.headings[:1]:
        words, _, name = heading.title.partition(":")
        if plain(words) == "experiment" and name.strip() not in {"", subject.experiment}:
            said = f"the title says {name.strip()!r}, the folder {subject.experiment!r}"
            yield Found(heading.line, said)


@rule("CK101", ERROR, "a section is missing")
def missing_section(subject: Subject) -> Iterator[Found]:
    """A section of the template is not there, so that nobody finds what belongs into it.

    Bad, line 1:

        # Experiment: cap_8L_lora_comparison_2025-10-22

        ## Overview

    Good:

        ## Overview
        ## Variables
        ## All Runs
        ## Resources
        ### Models
        ### Dataset
        ### Evaluation Tasks
        ## Evaluation Plan
        ### Configuration
        ### Evaluation Matrix
        ## Configuration
        ## Compute Estimates
        ### Training
        ### Evaluation
        ### Disk Space
        ## Naming Conventions
        ## Status
        ### Fine-tuning
        ### Evaluations
        ## Quick Reference
        ## Notes
    """
    for section in SECTIONS:
        if subject.section(*section) is None:
            mark = "#" * (len(section) + 1)
            title = " > ".join(section)
            yield Found(1, f"the section '{title}' is missing; add a line '{mark} {section[-1]}'")


@rule("CK102", ERROR, "a section is there twice")
def second_section(subject: Subject) -> Iterator[Found]:
    """Two headings say the same, and nobody can tell which of the two holds.

    Bad, line 3:

        ## Notes

        ## Notes

    Good:

        ## Notes

        ### More notes
    """
    for section in SECTIONS:
        first, *others = subject.sections.get(tuple(map(plain, section)), [None])
        for heading in others:
            title = " > ".join(section)
            line = first.line if first else 1
            if heading:
                yield Found(heading.line, f"the section '{title}' is there twice (line {line})")


@rule("CK103", ERROR, "a section has no table")
def missing_table(subject: Subject) -> Iterator[Found]:
    """The section is there, its table is not.

    Bad, line 1:

        ## Variables

        The LoRA rank.

    Good:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |
    """
    for shape in SHAPES:
        heading = subject.section(*shape.section)
        if heading and not subject.tables(shape):
            columns = " | ".join(shape.columns)
            yield Found(heading.line, f"'{shape.title}' has no table; its columns are {columns}")


@rule("CK104", ERROR, "a section has two tables")
def second_table(subject: Subject) -> Iterator[Found]:
    """A second table of the same kind stands under a heading: nobody can tell which of the two holds.

    A table of your own with another first column may stand there.

    Bad, line 6:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |

        | Factor | Levels |
        |--------|--------|
        | lr | 1e-5, 3e-4 |

    Good:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |

        | Remark | Author |
        |--------|--------|
        | lr later | Ada |
    """
    for shape in SHAPES:
        tables = subject.tables(shape)
        for table in tables[1:]:
            said = f"a second table under '{shape.title}' (line {tables[0].line})"
            yield Found(table.line, said)


@rule("CK105", ERROR, "a column is missing, or there twice")
def wrong_columns(subject: Subject) -> Iterator[Found]:
    """A table lacks a column of the template, or has two of the name. Order and further columns are free.

    Bad, line 2:

        ## Variables
        | Factor | Values |
        |--------|--------|
        | lora_rank | 4, 64 |

    Good:

        ## Variables
        | Owner | Levels | Factor |
        |-------|--------|--------|
        | Ada | 4, 64 | lora_rank |
    """
    for shape in SHAPES:
        for table in subject.tables(shape)[:1]:
            headers = [plain(text) for text in table.header.texts]
            for column in shape.columns:
                times = headers.count(plain(column))
                if times != 1:
                    what = "is missing" if times == 0 else "is there twice"
                    yield Found(table.line, f"the column {column!r} of '{shape.title}' {what}")


@rule("CK106", ERROR, "a row has too few or too many cells")
def ragged_row(subject: Subject) -> Iterator[Found]:
    r"""A row has fewer or more cells than its table has columns. A pipe inside a cell is written `\|`.

    Bad, line 4:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | prompt | a|b, c |

    Good:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | prompt | a\|b, c |
    """
    for table, rows, _ in subject.bodies:
        width = len(table.header.texts)
        for row in rows:
            cells = len(row.texts)
            if cells != width:
                remedy = r"write a pipe in a cell as \|" if cells > width else "add the missing cells"
                yield Found(row.line, f"the row has {cells} cells, its table {width}; {remedy}")


@rule("CK107", ERROR, "a line of prose stands directly under a table")
def stray_line(subject: Subject) -> Iterator[Found]:
    """Markdown takes every line down to the next empty one for a row of the table.

    `--fix` puts the empty line there, where no row follows.

    Bad, line 5:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |
        Ranks beyond 64 did not fit.

    Good:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |

        Ranks beyond 64 did not fit.
    """
    for _, rows, stray in subject.bodies:
        last = not rows or not stray or rows[-1].line < stray[0].line
        for row in stray:
            # Only above the first: below it, a break would cut the paragraph in two.
            mend = last and row is stray[0]
            fix = (Splice(row.start, row.start, newline_of(subject.text)),) if mend else ()
            yield Found(row.line, "this line counts as a table row; put an empty line above it", fix=fix)


@rule("CK108", WARNING, "a row of dashes stands among a table's rows")
def second_delimiter(subject: Subject) -> Iterator[Found]:
    """A second line of dashes counts as a row with dashes in its cells. `--fix` takes it out.

    Bad, line 5:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |
        |--------|--------|
        | lr | 1e-5, 3e-4 |

    Good:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |
        | lr | 1e-5, 3e-4 |
    """
    for table, rows, _ in subject.bodies:
        for row in rows:
            if row.texts[0][:1] in {"-", ":"} and all(_DASHES.fullmatch(text) for text in row.texts):
                whole = len(row.texts) == len(table.header.texts)
                fix = (Splice(row.start, row.end, ""),) if whole else ()
                yield Found(
                    row.line, "this line of dashes counts as a row of the table; take it out", fix=fix
                )


@rule("CK109", ERROR, "a row has no name")
def nameless_row(subject: Subject) -> Iterator[Found]:
    """A row says something, but not of what: its first column is empty, so that everybody passes over it.

    Bad, line 4:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | | 4, 64 |

    Good:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |
    """
    for shape in SHAPES:
        body = subject.body(shape)
        place = body.table.column(shape.columns[0]) if body else None
        if body is None or place is None:
            continue
        for row in body.rows:
            nameless = place < len(row.texts) and row.texts[place] in NOTHING
            if nameless and any(text not in NOTHING for text in row.texts):
                yield Found(row.line, f"the row says no {shape.columns[0]!r}")
