"""Fewer points that draw the same curve."""

from collections.abc import Iterator, Sequence

from ckreg.core.losses.values import Loss

MOST_POINTS = 200
"""Of a curve: more than that are no longer apart in a plot."""


def thinned(losses: Sequence[Loss], most: int = MOST_POINTS) -> tuple[Loss, ...]:
    """At most so many of the losses, which are in steps: of each stretch the least and the greatest.

    So every spike stays; the first and the last point stay too. Losses of the same step count once, the last
    of them.
    """
    distinct = list({loss.step: loss for loss in losses}.values())
    if len(distinct) <= most:
        return tuple(distinct)
    inner = distinct[1:-1]
    return (distinct[0], *_extremes(inner, (most - 2) // 2), distinct[-1])


def _extremes(losses: Sequence[Loss], stretches: int) -> Iterator[Loss]:
    for number in range(stretches):
        stretch = losses[number * len(losses) // stretches : (number + 1) * len(losses) // stretches]
        least, greatest = min(stretch, key=_value), max(stretch, key=_value)
        yield from sorted({least, greatest}, key=lambda loss: loss.step)


def _value(loss: Loss) -> float:
    return loss.loss
