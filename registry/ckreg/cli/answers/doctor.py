"""What `ckreg doctor --json` prints: the findings, or with --break-lock what became of the lock."""

from typing import TypeAlias, TypedDict

from ckreg.core.health import Finding
from ckreg.core.holding import Holder


class Broken(TypedDict):
    """Whether a lock was taken from its holder, who is null where the lock's file does not say."""

    broken: bool
    holder: Holder | None


Answer: TypeAlias = list[Finding] | Broken
