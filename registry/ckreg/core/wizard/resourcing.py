"""Part 2: models, data and evaluation tasks."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from ckreg.core.eval_script import script_and_task
from ckreg.core.naming import LABEL_RULE, is_label, slug
from ckreg.core.resources import BUILT_IN_TASKS
from ckreg.core.wizard.designing import DATASETS, MODELS, SIZES
from ckreg.core.wizard.values import NONE, Answers, Check, Choice, Found, Part, Question, given, several

SAME = "same"
ALL = "all"


def resource_questions(answers: Answers, found: Found) -> Iterator[Question]:
    """The questions of this part that the answers so far lead to."""
    varied = several(answers.get("vary", ""))
    yield _models(found, many=MODELS in varied)
    yield _datasets(found, many=DATASETS in varied)
    paths = several(answers.get("datasets", ""))
    if len(paths) > 1:
        yield Question(
            "labels",
            Part.RESOURCES,
            "Short labels for the datasets?",
            "They stand in the run names, one for each, in the same order.",
            default=", ".join(labels(paths)),
            check=_check_labels(len(paths)),
        )
    if SIZES in varied:
        yield Question(
            "sizes",
            Part.RESOURCES,
            "How many training samples?",
            "With commas; `all` is the whole of the training split.",
            "The first N samples are used, of the train split alone: all runs are evaluated on the same.",
            "500, 5000",
            check=_check_sizes,
        )
    yield Question(
        "tasks",
        Part.RESOURCES,
        "Which evaluation tasks?",
        "Several with commas: script.py@task, or inspect_evals/NAME; - for none.",
        "A script that is still to be written can be named: the plan marks it as a prerequisite.",
        found.scripts[0].words if found.scripts else NONE,
        found.scripts,
        several=True,
    )
    for place, script in enumerate(several(given(answers.get("tasks")) or "")):
        yield from _task_questions(place, script)


def _models(found: Found, *, many: bool) -> Question:
    where = f"Folders of {found.models_dir}" if found.models_dir else "models_dir is not set: give a path"
    return Question(
        "models",
        Part.RESOURCES,
        "Which models?" if many else "Which model?",
        f"{where}; {'several with commas' if many else 'a name, or a path elsewhere'}.",
        "A model that is not there yet can be named: the plan marks it as a prerequisite.",
        found.models[0].words if found.models and not many else None,
        found.models,
        several=True,
        check=_exactly("models", many=many),
    )


def _datasets(found: Found, *, many: bool) -> Question:
    return Question(
        "datasets",
        Part.RESOURCES,
        "Which datasets?" if many else "Which dataset, and where is it?",
        "A JSON file with train, validation and test, JSON lines, CSV, or a folder of these.",
        "A relative path starts at the registry. One that is not there is marked as a prerequisite.",
        found.datasets[0].words if found.datasets and not many else None,
        found.datasets,
        several=True,
        check=_exactly("datasets", many=many),
    )


def _task_questions(place: int, script: str) -> Iterator[Question]:
    path, function = script_and_task(script)
    named = function or slug(PurePosixPath(path).stem)
    yield Question(
        f"task.{place}.name",
        Part.RESOURCES,
        f"Name of the task of {PurePosixPath(script).name}?",
        "It heads a column of the evaluation matrix.",
        default=named,
    )
    if not script.startswith(BUILT_IN_TASKS):
        yield Question(
            f"task.{place}.dataset",
            Part.RESOURCES,
            "Its dataset?",
            "`same` is the test split of the training dataset; else a path.",
            default=SAME,
        )
    yield Question(
        f"task.{place}.description",
        Part.RESOURCES,
        "What does it measure?",
        "A few words for the reader of the plan; - for none.",
        default=NONE,
    )


def labels(paths: list[str]) -> list[str]:
    """A label for each path: its file's name, a number after it where two are the same."""
    stems = [slug(PurePosixPath(path).stem) for path in paths]
    return [
        stem if stems.count(stem) == 1 else f"{stem}{stems[: place + 1].count(stem)}"
        for place, stem in enumerate(stems)
    ]


def _exactly(what: str, *, many: bool) -> Check:
    def check(words: str) -> str | None:
        number = len(several(words))
        if many and number < 2:  # noqa: PLR2004  # a factor has at least two levels
            return f"expected at least two {what}, with commas, as that is what you test (`<` goes back)"
        if not many and number > 1:
            return f"expected one, as {what} are not what you test (`<` goes back)"
        return None

    return check


def _check_labels(number: int) -> Check:
    def check(words: str) -> str | None:
        found = several(words)
        if len(found) != number or len(set(found)) != number:
            return f"expected {number} labels that differ, with commas"
        return None if all(map(is_label, found)) else f"expected {LABEL_RULE} for a label"

    return check


def _check_sizes(words: str) -> str | None:
    found = several(words)
    if len(found) < 2 or len(set(found)) < len(found):  # noqa: PLR2004  # a factor has at least two levels
        return "expected at least two sizes that differ, with commas"
    wrong = next((size for size in found if size != ALL and not (size.isdecimal() and int(size))), None)
    return f"expected whole numbers from 1 on, or `all`; {wrong[:40]} is none" if wrong else None


def script_choice(path: str, task: str | None, about: str = "") -> Choice:
    """A script as an answer names it."""
    return Choice(f"{path}@{task}" if task else path, about)
