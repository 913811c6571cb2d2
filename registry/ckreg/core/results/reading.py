"""A JSON file of any tool to the evaluations that it tells of."""

from ckreg.core.results import inspect_ai, lm_eval, trainer_state
from ckreg.core.results.json_values import object_in
from ckreg.core.results.values import Evaluation


class NoResultsError(ValueError):
    """The file is something else, or tells of no score."""


def read_json(source: str) -> tuple[Evaluation, ...]:
    """The evaluations of a JSON log of inspect-ai, of results of lm-evaluation-harness, or of a trainer.

    Raises:
        NoResultsError: it is none of these, or tells of no score; the message says so, without a place.
        ValueError: it is no JSON object.
    """
    values = object_in(source)
    if inspect_ai.is_log(values):
        return (inspect_ai.evaluation(values),)
    if trainer_state.is_state(values):
        return _some(trainer_state.evaluations(values), "it tells of no validation at the end of an epoch")
    if lm_eval.is_results(values):
        return _some(lm_eval.evaluations(values), "it has no score")
    raise NoResultsError("it is no file of inspect-ai, lm-evaluation-harness or Trainer")


def _some(found: tuple[Evaluation, ...], otherwise: str) -> tuple[Evaluation, ...]:
    if not found:
        raise NoResultsError(otherwise)
    return found
