"""The losses that a training tells: in its log, in torchtune's metric logs, in a Trainer's state.

Read apart from the measurements, for most that asks for those has no need of thousands of losses.
"""

from ckreg.core.losses.best import best_epoch
from ckreg.core.losses.reading import parts_of, read_losses
from ckreg.core.losses.thinning import thinned
from ckreg.core.losses.trainer_state import read_trainer_state
from ckreg.core.losses.values import Curve, Loss, LossKind

__all__ = [
    "Curve",
    "Loss",
    "LossKind",
    "best_epoch",
    "parts_of",
    "read_losses",
    "read_trainer_state",
    "thinned",
]
