"""CK4xx: are the runs and tasks of the evaluation matrix those of the plan?"""

from collections.abc import Iterator

from ckreg.core.check import words
from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject
from ckreg.core.markdown import unmarked
from ckreg.core.summary.tables import MATRIX


@rule("CK401", ERROR, "the matrix has a run that is not in All Runs")
def unplanned_row(subject: Subject) -> Iterator[Found]:
    """A row of the Evaluation Matrix is about a run that the plan does not have.

    Bad, line 11:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Evaluation Plan

        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank8 | ✓ epoch 0 | - |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Evaluation Plan

        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | ✓ epoch 0 | - |
    """
    for row in subject.summary.matrix:
        if row.run_name not in subject.runs:
            said = f"the run {row.run_name!r} is in the Evaluation Matrix, but not in 'All Runs'"
            yield Found(row.line, said)


@rule("CK402", ERROR, "a run is not in the matrix")
def run_without_row(subject: Subject) -> Iterator[Found]:
    """The Evaluation Matrix says of every run what is evaluated, with `-` for nothing.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Evaluation Plan

        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Evaluation Plan

        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | - | No evals |
    """
    if not subject.tables(MATRIX):
        return
    there = {row.run_name for row in subject.summary.matrix}
    for run in subject.summary.runs:
        if run.run_name not in there:
            yield Found(run.line, f"the run {run.run_name!r} has no row in the Evaluation Matrix")


@rule("CK403", ERROR, "a task has no column in the matrix")
def task_without_column(subject: Subject) -> Iterator[Found]:
    """Every task of Resources has a column in the Evaluation Matrix.

    Bad, line 6:

        ## Resources

        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | gsm | `inspect_evals/gsm8k` ✓ | - | sums |

        ## Evaluation Plan

        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|

    Good:

        ## Resources

        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | gsm | `inspect_evals/gsm8k` ✓ | - | sums |

        ## Evaluation Plan

        ### Evaluation Matrix
        | Run Name | gsm | Notes |
        |----------|-----|-------|
    """
    for table in subject.tables(MATRIX)[:1]:
        columns = {unmarked(text) for text in table.header.texts}
        for task in subject.summary.tasks:
            if task.name not in columns:
                yield Found(task.line, f"the task {task.name!r} has no column in the Evaluation Matrix")


@rule("CK404", WARNING, "the matrix marks a task that is not listed")
def unlisted_column(subject: Subject) -> Iterator[Found]:
    """A column of the matrix has marks as if it were a task, but Evaluation Tasks has none of that name.

    Bad, line 11:

        ## Resources

        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | gsm | `inspect_evals/gsm8k` ✓ | - | sums |

        ## Evaluation Plan

        ### Evaluation Matrix
        | Run Name | gsm | cap | Notes |
        |----------|-----|-----|-------|
        | L1B_base | ✓ | ✓ | - |

    Good:

        ## Resources

        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | gsm | `inspect_evals/gsm8k` ✓ | - | sums |

        ## Evaluation Plan

        ### Evaluation Matrix
        | Run Name | gsm | Owner | Notes |
        |----------|-----|-------|-------|
        | L1B_base | ✓ | Ada | - |
    """
    for table in subject.tables(MATRIX)[:1]:
        marked = {
            task for row in subject.summary.matrix for task, text in row.cells if text and text[0] in "✓✔"
        }
        for task in sorted(marked):
            if unmarked(task) not in subject.tasks:
                yield Found(
                    table.line, f"{task!r} has marks, but is no task of 'Resources > Evaluation Tasks'"
                )


@rule("CK413", WARNING, "a cell of the matrix is not understood")
def unclear_cell(subject: Subject) -> Iterator[Found]:
    """A cell says `✓ epoch 0,1`, `✓ epoch best`, `✓` for a base model, or `-`.

    Bad, line 11:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Evaluation Plan
        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | maybe later | - |

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
    """
    for row in subject.summary.matrix:
        for task, text in row.cells:
            if not text or unmarked(task) not in subject.tasks:
                continue
            epochs = words.epochs_of(text)
            if epochs is None:
                yield Found(
                    row.line, f"{text!r} of {task!r} is none of '✓ epoch 0,1', '✓ epoch best', '✓', '-'"
                )
            elif not epochs and not subject.is_base(row.run_name):
                yield Found(row.line, f"{text!r} of {task!r} does not say which epochs")


@rule("CK414", ERROR, "a task is there twice")
def second_task(subject: Subject) -> Iterator[Found]:
    """Two tasks have the same name, and no evaluation can tell which of the two it means.

    Bad, line 6:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |
        | cap | `/u.py` ✓ | - | sentences |

    Good:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |
        | cap_long | `/u.py` ✓ | - | sentences |
    """
    seen: dict[str, int] = {}
    for task in subject.summary.tasks:
        if task.name in seen:
            yield Found(task.line, f"the task {task.name!r} is there twice (line {seen[task.name]})")
        seen.setdefault(task.name, task.line)
