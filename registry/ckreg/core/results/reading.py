"""A JSON file of any tool to the evaluations that it tells of."""

from ckreg.core.results import inspect_ai, lm_eval, trainer_state
from ckreg.core.results.json_values import object_in
from ckreg.core.results.values import Evaluation


def read_json(source: str) -> tuple[Evaluation, ...]:
    """The evaluations of a JSON log of inspect-ai, of results of lm-evaluation-harness, or of a trainer.

    Raises:
        ValueError: it is none of these, or tells of no score; the message says so, without a place.
    """
    values = object_in(source)
    if inspect_ai.is_log(values):
        return (inspect_ai.evaluation(values),)
    if trainer_state.is_state(values):
        found = trainer_state.evaluations(values)
        if not found:
            raise ValueError("it tells of no validation at the end of an epoch")
        return found
    if lm_eval.is_results(values):
        found = lm_eval.evaluations(values)
        if not found:
            raise ValueError("it has no score")
        return found
    raise ValueError("it is no file of inspect-ai, lm-evaluation-harness or Trainer")
