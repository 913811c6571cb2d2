"""CK4xx: do the Evaluation Plan, its matrix and the rows of Status say the same?"""

import re
from collections.abc import Iterator

from ckreg.core.check import words
from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject
from ckreg.core.markdown import Field, plain, unmarked
from ckreg.core.summary.tables import EVALUATIONS, MATRIX, TASKS

_COUNT = re.compile(r"\d(?:[\d,]{0,14}\d)?")
_NUMBER = re.compile(r"\d{1,9}")
_YES_OR_NO = re.compile(r"(yes|no|true|false)\b", re.IGNORECASE)


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


@rule("CK408", ERROR, "an epoch is evaluated that is not trained")
def untrained_epoch(subject: Subject) -> Iterator[Found]:
    """Epochs count from 0: of two, they are 0 and 1.

    Bad, line 8:

        ## Configuration
        - **Epochs:** 2

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 2 | pending | - | - | - |

    Good:

        ## Configuration
        - **Epochs:** 2

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 1 | pending | - | - | - |
    """
    trained = max(subject.epochs or (0,))
    if not trained:
        return
    told = [row for row in (*subject.evaluations, *subject.rows) if row[0] not in subject.checkpoints]
    beyond = {epoch for *_, epoch, _ in told if epoch and _NUMBER.fullmatch(epoch) and int(epoch) >= trained}
    for run, task, epoch, line in dict.fromkeys(told) if beyond else ():
        if epoch in beyond:
            said = f"{run!r} on {task!r}: epoch {epoch} is not trained; epochs go from 0 to {trained - 1}"
            yield Found(line, said)


@rule("CK409", ERROR, "a base model has an epoch")
def epoch_of_base(subject: Subject) -> Iterator[Found]:
    """A base model is not trained: it is evaluated once a task, without an epoch.

    Bad, line 5:

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_base | cap | 0 | pending | - | - | - |

    Good:

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_base | cap | - | pending | - | - | Base model |
    """
    told = (*subject.evaluations, *subject.rows)
    bases = {run for run in {row[0] for row in told} if subject.is_base(run)} - subject.checkpoints
    wrong = [row for row in told if row[2] and row[0] in bases]
    for run, task, epoch, line in dict.fromkeys(wrong):
        yield Found(line, f"the base model {run!r} has no epochs; on {task!r} it says {epoch!r}")


@rule("CK410", ERROR, "a fine-tuned run is evaluated without an epoch")
def no_epoch(subject: Subject) -> Iterator[Found]:
    """A fine-tuned run has a row for every epoch that is evaluated; only a base model has `-`.

    Bad, line 5:

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | - | pending | - | - | - |

    Good:

        ## Status
        ### Evaluations
        | Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
        |----------|------|-------|--------|--------|-----------|-------|
        | L1B_rank4 | cap | 0 | pending | - | - | - |
    """
    for run, task, epoch, line in subject.rows:
        if epoch is None and not subject.is_base(run):
            yield Found(line, f"the evaluation of {run!r} on {task!r} says no epoch")


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


@rule("CK412", ERROR, "the best epoch needs validation")
def best_without_validation(subject: Subject) -> Iterator[Found]:
    """Which epoch is best is told by its validation loss: without validation during training there is none.

    Bad, line 3:

        ## Evaluation Plan
        ### Configuration
        - **Epochs to evaluate:** best by validation loss

        ## Configuration
        - **Validation during training:** no

    Good:

        ## Evaluation Plan
        ### Configuration
        - **Epochs to evaluate:** best by validation loss

        ## Configuration
        - **Validation during training:** yes
    """
    field = subject.field("Epochs to evaluate", "Evaluation Plan", "Configuration")
    validation = subject.field("Validation during training", "Configuration")
    if not field or not validation or _says_yes(validation):
        return
    best = [line for *_, epoch, line in (*subject.evaluations, *subject.rows) if epoch == "best"]
    if plain(field.value).startswith("best"):
        best.insert(0, field.line)
    for line in best[:1]:
        yield Found(line, "the best epoch is asked for, and 'Validation during training' says no")


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


@rule("CK415", WARNING, "Epochs to evaluate and the matrix disagree")
def other_epochs(subject: Subject) -> Iterator[Found]:
    """The text says which epochs are evaluated, and the matrix asks for others. `selective` says that it may.

    Bad, line 9:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Evaluation Plan
        ### Configuration
        - **Epochs to evaluate:** last epoch only
        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | ✓ epoch 0 | - |

        ## Configuration
        - **Epochs:** 2

    Good:

        ## Resources
        ### Evaluation Tasks
        | Task Name | Script | Dataset | Description |
        |-----------|--------|---------|-------------|
        | cap | `/t.py` ✓ | - | words |

        ## Evaluation Plan
        ### Configuration
        - **Epochs to evaluate:** last epoch only
        ### Evaluation Matrix
        | Run Name | cap | Notes |
        |----------|-----|-------|
        | L1B_rank4 | ✓ epoch 1 | - |

        ## Configuration
        - **Epochs:** 2
    """
    field = subject.field("Epochs to evaluate", "Evaluation Plan", "Configuration")
    wanted = _wanted(field, subject.epochs) if field else None
    if field is None or wanted is None:
        return
    for row in subject.summary.matrix:
        for task, text in row.cells:
            epochs = words.epochs_of(text) if text and unmarked(task) in subject.tasks else None
            if epochs and set(epochs) != wanted and not subject.is_base(row.run_name):
                said = f"'Epochs to evaluate' says {field.value!r}, the matrix {text!r} for {row.run_name!r}"
                yield Found(field.line, said, subject.column(field))
                return


def _wanted(field: Field, trained: tuple[int, ...] | None) -> set[str] | None:
    """The epochs that a text asks for; None where it leaves that open or is not understood."""
    text = plain(field.value)
    if "selective" in text or len(set(trained or ())) != 1 or not trained:
        return None
    if text.startswith("last"):
        return {str(trained[0] - 1)}
    if text.startswith("all"):
        return set(map(str, range(min(trained[0], 10_000))))
    if text.startswith("best"):
        return {"best"}
    numbers = field.value.split(",")
    return {part.strip() for part in numbers} if all(part.strip().isdecimal() for part in numbers) else None


def _says_yes(field: Field) -> bool:
    """Whether validation runs for any model; what is not understood does not say no."""
    said = [_YES_OR_NO.match(value) for value in words.values_of(field.value)]
    return any(match is None or match[1].casefold() in {"yes", "true"} for match in said)


def _is_consistent(subject: Subject) -> bool:
    """Whether matrix and rows agree, so that their number is beyond doubt."""
    if not subject.tables(MATRIX) or not subject.summary.matrix:
        return True
    planned = {(run, task, epoch) for run, task, epoch, _ in subject.evaluations}
    return planned == {(run, task, epoch) for run, task, epoch, _ in subject.rows}
