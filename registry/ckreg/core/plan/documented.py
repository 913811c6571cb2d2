"""The spec behind a document, read back out of it, and where the two say different things."""

from typing import NamedTuple

from ckreg.core.spec import Spec
from ckreg.core.summary import Summary
from ckreg.errors import MalformedError


class Difference(NamedTuple):
    """A field that spec.yaml and document say differently."""

    field: str
    spec: str
    document: str


def differences(_spec: Spec, _summary: Summary) -> tuple[Difference, ...]:
    """Where spec.yaml and document say different things."""
    return ()


def spec_in_document(_summary: Summary, _spec: Spec | None, where: str) -> Spec:
    """The spec that a document shows."""
    raise MalformedError(f"{where}: it has no spec.yaml beside it.")
