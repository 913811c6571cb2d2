"""JSON Schemas (draft 2020-12): of types, and of the spec."""

from ckreg.core.schemas.spec import spec_schema
from ckreg.core.schemas.types import Schema, schema_of

__all__ = ["Schema", "document", "schema_of", "spec_schema"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document(schema: Schema, title: str) -> Schema:
    """A schema that stands alone, with its dialect and a title."""
    return {"$schema": _DIALECT, "title": title, **schema}
