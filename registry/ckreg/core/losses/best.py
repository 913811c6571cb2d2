"""Which epoch was best, by the losses of its validation."""

import math
from collections.abc import Iterable

from ckreg.core.losses.values import Loss, LossKind


def best_epoch(losses: Iterable[Loss]) -> int | None:
    """The epoch, counted from 0, whose last validation loss was least; of equal ones the earlier.

    `losses` are in steps. The last of an epoch is what is nearest to its checkpoint. None where no validation
    tells its epoch.
    """
    last = {
        max(0, math.ceil(loss.epoch) - 1): loss.loss
        for loss in losses
        if loss.kind is LossKind.VALIDATION and loss.epoch is not None and math.isfinite(loss.epoch)
    }
    return min(last, key=lambda epoch: (last[epoch], epoch), default=None)
