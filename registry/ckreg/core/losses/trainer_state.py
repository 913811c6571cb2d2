"""Reads a Trainer's trainer_state.json: its history has every loss with its step."""

import json
import math
from collections.abc import Iterator

from ckreg.core.losses.values import Loss, LossKind

_MOST_STEPS = 10**12


def read_trainer_state(text: str) -> tuple[Loss, ...]:
    """The losses of `log_history`, in steps, those of training first; none of what is no such file."""
    try:
        history = json.loads(text)["log_history"]
        found = [loss for entry in history if isinstance(entry, dict) for loss in _of(entry)]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    last = {(loss.kind, loss.step): loss for loss in found}
    return tuple(sorted(last.values(), key=lambda loss: (loss.kind, loss.step)))


def _of(entry: dict[str, object]) -> Iterator[Loss]:
    step, epoch = entry.get("step"), entry.get("epoch")
    if not isinstance(step, int) or not 0 <= step < _MOST_STEPS:
        return
    done = float(epoch) if isinstance(epoch, int | float) and math.isfinite(epoch) else None
    for key, kind in (("loss", LossKind.TRAIN), ("eval_loss", LossKind.VALIDATION)):
        loss = entry.get(key)
        if isinstance(loss, int | float) and math.isfinite(loss):
            yield Loss(kind, step, float(loss), done)
