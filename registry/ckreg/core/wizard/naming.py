"""Part 5: what the experiment is called."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from ckreg.core.naming import experiment_name, slug
from ckreg.core.wizard.values import NONE, Answers, Check, Found, Part, Question, several

_FACTORS = {
    "ranks": "lora",
    "models": "model_sizes",
    "datasets": "datasets",
    "sizes": "data_sizes",
    "ablation": "ablation",
    "nothing": "single",
}


def naming_questions(answers: Answers, found: Found) -> Iterator[Question]:
    """The questions of this part, with proposals in the usual pattern."""
    task = answers.get("task") or _task(answers)
    yield Question(
        "task",
        Part.NAMING,
        "Task or dataset, in short?",
        "The name begins with it, such as cap_8L for capitalization of 8-letter words.",
        default=task,
    )
    yield Question(
        "factor",
        Part.NAMING,
        "Key experimental factor?",
        "What is compared, such as lora_comparison, model_sizes, ablation.",
        default=_factor(answers, found, task),
    )
    yield Question(
        "date",
        Part.NAMING,
        "Date?",
        "The name ends with it (YYYY-MM-DD).",
        default=found.today.isoformat(),
        check=_not_taken(answers, found),
    )
    yield Question(
        "notes",
        Part.NAMING,
        "Anything to note?",
        "Assumptions, caveats, links; they end the document. - for none.",
        default=NONE,
    )


def _task(answers: Answers) -> str:
    """The first two words of the dataset's name: `words_8L` of words_8L_80P_10000.json."""
    path = next(iter(several(answers.get("datasets", ""))), "task")
    words = slug(PurePosixPath(path).stem).split("_")
    return "_".join(words[:2])


def _factor(answers: Answers, found: Found, task: str) -> str:
    varied = several(answers.get("vary", "nothing"))
    keys = several(answers.get("keys", ""))
    parts = [
        part
        for name in varied
        for part in (map(slug, keys) if name == "hyperparameters" else [_FACTORS[name]])
    ]
    factor = (
        f"{parts[0]}_comparison" if parts in (["lora"], [slug(key) for key in keys]) else "_x_".join(parts)
    )
    taken = {choice.words for choice in found.experiments}
    proposals = [factor, *(f"{factor}_{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in proposals if experiment_name(task, name, found.today) not in taken)


def _not_taken(answers: Answers, found: Found) -> Check:
    def check(words: str) -> str | None:
        name = f"{answers.get('task')}_{answers.get('factor')}_{words}"
        taken = any(choice.words == name for choice in found.experiments)
        return f"{name} exists already; another date, or `<` for another factor" if taken else None

    return check
