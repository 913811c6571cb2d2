"""Documents that are judged, each read once: a push has the same ones again and again."""

from functools import lru_cache

from ckreg.core.summary import Summary, parse


@lru_cache(maxsize=256)
def parsed(document: str) -> Summary:
    """What a document says."""
    return parse(document)
