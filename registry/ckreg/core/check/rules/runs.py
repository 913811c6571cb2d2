"""CK203 to CK205, CK209 to CK219: do the runs agree with Overview, Variables, Configuration and Status?"""

import re
from collections.abc import Callable, Iterator

from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject, is_checkpoint
from ckreg.core.markdown import plain, unmarked
from ckreg.core.summary import RunRow
from ckreg.core.summary.tables import VARIABLES

_TOTAL = re.compile(
    r"\D*?(\d{1,9})(?:[^(\d]*\((\d{1,9})[^\d)]*(?:(\d{1,9})[^\d)]*(?:(\d{1,9})[^\d)]*)?)?\))?(?!\d).*"
)
_SIZES = re.compile(r"(\d+(?:\s*[×xX*]\s*\d+)+)\s+factorial")
_NUMBER = re.compile(r"\d{1,15}")


@rule("CK203", ERROR, "a run has no row in Status")
def untracked_run(subject: Subject) -> Iterator[Found]:
    """Without a row in Status, nobody can say how far a run is.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | pending | - | - | - | - |
    """
    summary = subject.summary
    trained = {row.run_name for row in summary.fine_tuning}
    evaluated = {row.run_name for row in summary.evaluations}
    planned = {run for run, *_ in subject.evaluations}
    for run in subject.fine_tuned:
        if run.run_name not in trained:
            yield Found(run.line, f"the run {run.run_name!r} has no row in 'Status > Fine-tuning'")
    for run in subject.controls:
        if run.run_name in planned - evaluated:
            yield Found(run.line, f"the control {run.run_name!r} has no row in 'Status > Evaluations'")


@rule("CK204", ERROR, "a run of Status is not in All Runs")
def unplanned_run(subject: Subject) -> Iterator[Found]:
    """Status tracks a run that the plan does not have: it was renamed or dropped in one place only.

    Bad, line 11:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank8 | L1B | 8 | 4 | fine-tuned | ~16 min |

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank4 | pending | - | - | - | - |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank8 | L1B | 8 | 4 | fine-tuned | ~16 min |

        ## Status

        ### Fine-tuning
        | Run Name | Status | Job ID | Started | Completed | Notes |
        |----------|--------|--------|---------|-----------|-------|
        | L1B_rank8 | pending | - | - | - | - |
    """
    seen: set[str] = set()
    for row in subject.statuses:
        if row.run_name not in seen and row.run_name not in subject.runs:
            yield Found(row.line, f"the run {row.run_name!r} is in Status, but not in 'All Runs'")
        seen.add(row.run_name)


@rule("CK205", WARNING, "Total Runs is not the number of runs")
def wrong_total(subject: Subject) -> Iterator[Found]:
    """Overview says how many runs there are, and All Runs has another number of rows. `--fix` counts again.

    Bad, line 2:

        ## Overview
        - **Total Runs:** 3 (2 fine-tuned + 1 controls)

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
        | L1B_base | L1B | - | - | control | - |

    Good:

        ## Overview
        - **Total Runs:** 2 (1 fine-tuned + 1 controls)

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
        | L1B_base | L1B | - | - | control | - |
    """
    field = subject.field("Total Runs", "Overview")
    found = _TOTAL.fullmatch(field.value) if field else None
    if not field or not found or not subject.summary.runs:
        return
    others = sum(map(is_checkpoint, subject.controls))
    tuned, base = len(subject.fine_tuned), len(subject.controls) - others
    counted = (tuned + base + others, tuned, base, others)
    numbers = [(text, number) for text, number in zip(found.groups(), counted, strict=True) if text]
    if any(int(text) != number for text, number in numbers):
        new = field.value
        for group in (4, 3, 2, 1):
            if found[group]:
                new = f"{new[: found.start(group)]}{counted[group - 1]}{new[found.end(group) :]}"
        there = f"{counted[0]} ({tuned} fine-tuned, {base} control, {others} eval-only)"
        said = f"'Total Runs' says {field.value!r}; there are {there}"
        yield Found(field.line, said, subject.column(field), (subject.replaced(field, field.value, new),))


@rule("CK209", ERROR, "Variables and runs disagree")
def wrong_levels(subject: Subject) -> Iterator[Found]:
    """A level of model, LoRA rank or batch size has no run, or a run has a level that is not listed.

    Bad, line 4:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

    Good:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lora_rank | 4, 64 |

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
        | L1B_rank64 | L1B | 64 | 4 | fine-tuned | ~16 min |
    """
    if not subject.fine_tuned:
        return
    for factor, (of_run, fits) in _COLUMNS.items():
        levels = subject.factors.get(factor)
        if not levels:
            continue
        values = {value: run for run in subject.fine_tuned if (value := of_run(run))}
        for level in levels:
            if values and not any(fits(level, value) for value in values):
                yield Found(_line_of(subject, factor), f"no run has the level {level!r} of {factor!r}")
        for value, run in values.items():
            if not any(fits(level, value) for level in levels):
                yield Found(run.line, f"{factor!r} is {value!r} here, which Variables does not list")


@rule("CK210", WARNING, "Type and Variables disagree")
def wrong_type(subject: Subject) -> Iterator[Found]:
    """A factorial's sizes are the numbers of levels of its factors; a single run has no factor.

    Bad, line 2:

        ## Overview
        - **Type:** 2×2 factorial

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | model | L1B, L3B |
        | lora_rank | 4, 8, 64 |

    Good:

        ## Overview
        - **Type:** 2×3 factorial

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | model | L1B, L3B |
        | lora_rank | 4, 8, 64 |
    """
    field = subject.field("Type", "Overview")
    if not field or not subject.tables(VARIABLES):
        return
    sizes = [len(levels) for levels in subject.factors.values() if len(levels) > 1]
    found = _SIZES.match(field.value)
    said = [int(number) for number in _NUMBER.findall(found[1])] if found else None
    if said is not None and sorted(said) != sorted(sizes):
        told = " × ".join(map(str, sizes)) or "no factor"  # as people write it
        yield Found(field.line, f"'Type' says {field.value!r}, Variables has {told}", subject.column(field))
    if plain(field.value) == "single run" and sizes:
        told = f"'Type' says {field.value!r}, Variables has {len(sizes)} factors"
        yield Found(field.line, told, subject.column(field))


@rule("CK219", WARNING, "no run's name shows a level")
def unseen_level(subject: Subject) -> Iterator[Found]:
    """Variables lists a level that no fine-tuned run has in its name: its runs are missing.

    Bad, line 4:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lr | 1e-05, 0.0003 |

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_lr1e-05_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

    Good:

        ## Variables
        | Factor | Levels |
        |--------|--------|
        | lr | 1e-05, 0.0003 |

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_lr1e-05_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
        | L1B_lr0.0003_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
    """
    if not subject.fine_tuned:
        return
    names = "\n".join(run.run_name for run in subject.fine_tuned)
    for factor, levels in subject.factors.items():
        for level in levels:
            if factor not in _COLUMNS and level not in names:
                told = f"no run's name shows the level {level!r} of {factor!r}"
                yield Found(_line_of(subject, factor), told)


def _line_of(subject: Subject, factor: str) -> int:
    """The line of a factor's row in Variables."""
    for table in subject.tables(VARIABLES)[:1]:
        place = table.column("Factor") or 0
        for row in table.rows():
            if place < len(row.texts) and plain(unmarked(row.texts[place])) == factor:
                return row.line
    return 1


def _same_number(level: str, value: str) -> bool:
    one, other = _NUMBER.search(level), _NUMBER.search(value)
    return level == value if not one or not other else int(one[0]) == int(other[0])


_MODEL = (lambda run: unmarked(run.model or ""), lambda level, value: level in value)
_RANK = (lambda run: run.lora_rank, _same_number)
# Factors with a column of their own in All Runs: a run's value, and whether a level is that value.
_COLUMNS: dict[str, tuple[Callable[[RunRow], str | None], Callable[[str, str], bool]]] = {
    "model": _MODEL,
    "models": _MODEL,
    "lora rank": _RANK,
    "rank": _RANK,
    "batch size": (lambda run: run.batch_size, _same_number),
}
