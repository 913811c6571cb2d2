"""Losses of a training as its log or its trainer's files tell them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class LossKind(StrEnum):
    """On what a loss was taken."""

    TRAIN = "train"
    VALIDATION = "validation"


class Loss(NamedTuple):
    """A loss at an optimiser step; `epoch` is how many epochs were done, in parts, where that is told."""

    kind: LossKind
    step: int
    loss: float
    epoch: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """The losses of one job in a log, by kind and step; `points_total` is how many the log told."""

    log_path: str
    segment: int
    losses: tuple[Loss, ...]
    points_total: int

    def of(self, kind: LossKind) -> tuple[Loss, ...]:
        """Those of one kind, in steps."""
        return tuple(loss for loss in self.losses if loss.kind is kind)
