"""What Datasette is told of the cache: words, facets, and questions that are asked often."""

from ckreg.core.published.metadata import DATABASE, metadata

__all__ = ["DATABASE", "metadata"]
