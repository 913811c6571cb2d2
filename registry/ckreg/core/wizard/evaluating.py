"""Part 4: which runs are evaluated after which epochs, on what."""

from collections.abc import Iterator, Sequence

from ckreg.core.wizard.values import Answers, Choice, Part, Question, choices, given, several

SPECIFIC, SELECTIVE = "specific", "selective"
_MOST_NAMED = 12
_EPOCHS = choices(
    last="the last epoch only: most efficient",
    all="how training progresses",
    specific="such as epoch 0 and the last",
    best="by validation loss; needs validation during training",
)
_MATRIX = choices(all="every run on every task", selective="such as costly tasks on few runs")


def evaluation_questions(answers: Answers, names: Sequence[str]) -> Iterator[Question]:
    """The questions of this part that the answers so far lead to; `names` are those of all runs."""
    tasks = several(given(answers.get("tasks")) or "")
    if not tasks:
        return
    yield Question(
        "evaluated",
        Part.EVALUATION,
        "Which epochs to evaluate?",
        "Each is an evaluation more for every fine-tuned run and task.",
        "Base models have no epochs: they are evaluated once a task.",
        "last",
        _EPOCHS,
        closed=True,
    )
    if answers.get("evaluated") == SPECIFIC:
        yield Question(
            "evaluated_epochs",
            Part.EVALUATION,
            "Which epochs, counted from 0?",
            "With commas.",
            default=_first_and_last(answers),
        )
    yield Question(
        "matrix",
        Part.EVALUATION,
        "Which runs get which evaluations?",
        "All on all is what can be compared best.",
        default="all",
        choices=_MATRIX,
        closed=True,
    )
    if answers.get("matrix") == SELECTIVE:
        for place in range(len(tasks)):
            yield Question(
                f"runs.{place}",
                Part.EVALUATION,
                f"Which runs on {answers.get(f'task.{place}.name', tasks[place])}?",
                "Several with commas; patterns such as *_rank64, *_base; * is all, - is none.",
                default="*",
                choices=tuple(Choice(name) for name in names[:_MOST_NAMED]),
                several=True,
            )


def _first_and_last(answers: Answers) -> str:
    epochs = answers.get("epochs", "1")
    return f"0, {int(epochs) - 1}" if epochs.isdecimal() and int(epochs) > 1 else "0"
