"""The validation scores in a `trainer_state.json` of Hugging Face's Trainer.

`log_history` has an entry a log call; those of an evaluation have `eval_*` keys, `epoch` (a float, 1.0 after
the first) and `step`.
"""

from collections.abc import Iterator

from ckreg.core.results.json_values import Values, count, listed, number
from ckreg.core.results.values import VALIDATION, Evaluation, Score, SourceKind

_PREFIX = "eval_"
_NO_METRICS = ("_runtime", "_per_second", "_samples", "_time", "_steps")
# With gradient accumulation the last step of an epoch may end at 0.99.
_NEAR = 0.02
_MOST_EPOCHS = 10**6


def is_state(values: Values) -> bool:
    """Whether a JSON file is a trainer's state."""
    return isinstance(values.get("log_history"), list)


def evaluations(values: Values) -> tuple[Evaluation, ...]:
    """The scores at the end of each epoch, counted from 0; those within an epoch are left out."""
    ends: dict[int, Values] = {}
    for entry in listed(values, "log_history"):
        if isinstance(entry, dict) and (epoch := _epoch(entry)) is not None and any(_scores(entry)):
            ends[epoch] = {**ends.get(epoch, {}), **entry}  # one entry a validation set
    step = count(values.get("global_step")) or 0
    return tuple(
        Evaluation(
            kind=SourceKind.TRAINER_STATE,
            task=VALIDATION,
            scores=tuple(_scores(entry)),
            epoch=str(epoch),
            step=step,
        )
        for epoch, entry in sorted(ends.items())
    )


def _epoch(entry: Values) -> int | None:
    """The epoch that had just ended, None within one."""
    found = number(entry.get("epoch"))
    if found is None or not 1 - _NEAR <= found < _MOST_EPOCHS:
        return None
    nearest = round(found)
    return nearest - 1 if abs(found - nearest) <= _NEAR else None


def _scores(entry: Values) -> Iterator[Score]:
    for key, value in entry.items():
        found = number(value)
        if found is not None and key.startswith(_PREFIX) and not key.endswith(_NO_METRICS):
            yield Score(key, found)
