"""Full text: what people and failed jobs said, and words as they are looked for in it."""

from ckreg.core.finding.words import MARK_END, MARK_START, as_like, as_match, marked

__all__ = ["MARK_END", "MARK_START", "as_like", "as_match", "marked"]
