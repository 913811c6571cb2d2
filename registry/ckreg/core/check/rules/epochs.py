"""CK4xx: are the epochs that are evaluated those that are trained?"""

import re
from collections.abc import Iterator

from ckreg.core.check import words
from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject
from ckreg.core.markdown import Field, plain, unmarked

_NUMBER = re.compile(r"\d{1,9}")
_YES_OR_NO = re.compile(r"(yes|no|true|false)\b", re.IGNORECASE)


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
