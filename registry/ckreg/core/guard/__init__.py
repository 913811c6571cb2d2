"""May a commit go in? Statuses move as they may, no row is lost, a sealed plan changes with a reason only."""

from ckreg.core.guard.judging import NOTHING, Version, judged
from ckreg.core.guard.message import Words, words_of

__all__ = ["NOTHING", "Version", "Words", "judged", "words_of"]
