"""Which question comes next, and the spec when there is none."""

from collections.abc import Iterator

from ckreg.core.spec import Spec, spec_of
from ckreg.core.spec.crossing import cross
from ckreg.core.spec.expanding import all_names
from ckreg.core.wizard.designing import design_questions
from ckreg.core.wizard.evaluating import SELECTIVE, evaluation_questions
from ckreg.core.wizard.making import tree_of
from ckreg.core.wizard.naming import naming_questions
from ckreg.core.wizard.resourcing import resource_questions
from ckreg.core.wizard.training import training_questions
from ckreg.core.wizard.values import Answers, Found, Question

ORIGIN = "your answers"


def questions(answers: Answers, found: Found) -> Iterator[Question]:
    """The questions that the answers so far lead to, in the order of the conversation."""
    yield from design_questions(answers, found)
    yield from resource_questions(answers, found)
    yield from training_questions(answers, found)
    yield from evaluation_questions(answers, _run_names(answers))
    yield from naming_questions(answers, found)


def next_question(answers: Answers, found: Found) -> Question | None:
    """The first question without an answer; None when all have one."""
    return next((question for question in questions(answers, found) if question.key not in answers), None)


def spec_of_answers(answers: Answers) -> Spec:
    """The spec that the answers come to, with stand-ins for those that are missing.

    Raises:
        MalformedError: they contradict each other.
    """
    return spec_of(tree_of(answers), ORIGIN)


def _run_names(answers: Answers) -> list[str]:
    """The names of all runs, where they are asked for."""
    if answers.get("matrix") != SELECTIVE:
        return []
    spec = spec_of_answers({key: words for key, words in answers.items() if not key.startswith("runs.")})
    return all_names(spec, cross(spec))
