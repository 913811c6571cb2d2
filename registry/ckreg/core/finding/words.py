"""Words as a person types them, as SQLite looks for them: always literal, whatever they are made of."""

import re
from collections.abc import Sequence

MARK_START, MARK_END = "\x02", "\x03"
"""Around what was found; no text that is kept has such a character."""

_AROUND = 80  # characters before the first place that is shown of a long text
_SHOWN = 240


def as_match(words: Sequence[str]) -> str:
    """The words for FTS5: all must be there, each as a word, its beginning, or words one after another."""
    bare = (word.replace("\0", " ").replace('"', '""') for word in words)
    return " AND ".join(f'"{word}"*' for word in bare)


def as_like(word: str) -> str:
    r"""A word for `LIKE ... ESCAPE '\'`: anywhere, inside of another word too."""
    literal = re.sub(r"[%_\\]", r"\\\g<0>", word.replace("\0", " "))
    return f"%{literal}%"


def marked(text: str, words: Sequence[str]) -> str:
    """What of a text is shown, with a mark around each place where one of the words is."""
    any_of = re.compile(
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE
    )
    first = any_of.search(text)
    start = max(0, first.start() - _AROUND) if first else 0
    part = text[start : start + _SHOWN]
    shown = any_of.sub(lambda found: f"{MARK_START}{found[0]}{MARK_END}", part)
    return f"{'…' if start else ''}{shown}{'…' if start + _SHOWN < len(text) else ''}"
