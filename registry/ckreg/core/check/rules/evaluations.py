"""CK4xx: do the evaluation matrix, its total and the rows of Status say the same?"""

import re
from collections.abc import Iterator

from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject
from ckreg.core.summary.tables import EVALUATIONS, MATRIX, TASKS

_COUNT = re.compile(r"\d(?:[\d,]{0,14}\d)?")


@rule("CK405", ERROR, "an evaluation of the matrix has no row in Status")
def untracked_evaluation(subject: Subject) -> Iterator[Found]:
    """The matrix asks for an evaluation that Status does not track.

    Bad, line 12:

        ## Resources

        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Evaluation Plan
        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | ✓ epoch 0,1 | - |

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 0 | pending | - | - | - |

    Good:

        ## Resources

        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Evaluation Plan
        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | ✓ epoch 0,1 | - |

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 0 | pending | - | - | - |
        | L1B_rank4 | cap | 1 | pending | - | - | - |
    """
    if not subject.tables(EVALUATIONS):
        return
    rows = {(run, task, epoch) for run, task, epoch, _ in subject.rows}
    pairs = {(run, task) for run, task, _ in rows}
    if {row[:3] for row in subject.evaluations} <= rows:
        return
    for run, task, epoch, line in subject.evaluations:
        open_epoch = epoch is None and not subject.is_base(run)
        there = (run, task) in pairs if open_epoch else (run, task, epoch) in rows
        # A base model whose row names an epoch, and a row without one, are other rules' business.
        if not there and not (epoch is None and (run, task) in pairs):
            of = f" epoch {epoch}" if epoch else ""
            yield Found(line, f"{run!r} is to be evaluated on {task!r}{of}, and Status has no row for it")


@rule("CK406", ERROR, "an evaluation of Status is not in the matrix")
def unplanned_evaluation(subject: Subject) -> Iterator[Found]:
    """Status tracks an evaluation that the matrix does not ask for.

    Bad, line 17:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Evaluation Plan
        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | - | - |

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 1 | pending | - | - | - |

    Good:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Evaluation Plan
        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | ✓ epoch 1 | - |

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 1 | pending | - | - | - |
    """
    if not subject.tables(MATRIX):
        return
    planned = {(run, task, epoch) for run, task, epoch, _ in subject.evaluations}
    rows_of_matrix = {row.run_name for row in subject.summary.matrix}
    for run, task, epoch, line in subject.rows:
        if run not in rows_of_matrix or task not in subject.tasks:
            continue  # told already: CK204 or CK402, CK407
        if not {(run, task, epoch), (run, task, None)} & planned:
            of = f" epoch {epoch}" if epoch else ""
            yield Found(line, f"{run!r} on {task!r}{of} is in Status, but not in the Evaluation Matrix")


@rule("CK407", ERROR, "a task of Status is not listed")
def unlisted_task(subject: Subject) -> Iterator[Found]:
    """Status tracks an evaluation of a task that Resources does not have.

    Bad, line 11:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | caps | 1 | pending | - | - | - |

    Good:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 1 | pending | - | - | - |
    """
    if not subject.tables(TASKS):
        return
    seen: set[str] = set()
    for _, task, _, line in subject.rows:
        if task and task not in subject.tasks and task not in seen:
            yield Found(line, f"the task {task!r} is none of 'Resources > Evaluation Tasks'")
        seen.add(task)


@rule("CK411", WARNING, "Total evaluations is not their number")
def wrong_total(subject: Subject) -> Iterator[Found]:
    """Base models count once a task, fine-tuned runs once a task and epoch. `--fix` counts again.

    Bad, line 3:

        ## Evaluation Plan
        ### Configuration
        - **Total evaluations:** 4

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 0 | pending | - | - | - |
        | L1B_base | cap | - | pending | - | - | Base model |

    Good:

        ## Evaluation Plan
        ### Configuration
        - **Total evaluations:** 2

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 0 | pending | - | - | - |
        | L1B_base | cap | - | pending | - | - | Base model |
    """
    if not subject.tables(EVALUATIONS):
        return
    number = len(subject.summary.evaluations)
    for section in (("Evaluation Plan", "Configuration"), ("Compute Estimates", "Evaluation")):
        field = subject.field("Total evaluations", *section)
        found = _COUNT.search(field.value) if field else None
        if field and found and int(found[0].replace(",", "")) != number:
            said = f"'Total evaluations' says {found[0]}; there are {number}"
            fix = (subject.replaced(field, found[0], str(number)),) if _is_consistent(subject) else ()
            yield Found(field.line, said, subject.column(field), fix)


def _is_consistent(subject: Subject) -> bool:
    """Whether matrix and rows agree, so that their number is beyond doubt."""
    if not subject.tables(MATRIX) or not subject.summary.matrix:
        return True
    planned = {(run, task, epoch) for run, task, epoch, _ in subject.evaluations}
    return planned == {(run, task, epoch) for run, task, epoch, _ in subject.rows}
