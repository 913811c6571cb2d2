"""Which rules are asked for: codes or their beginnings, as `--select` and `--ignore` take them."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from ckreg.core.check.problem import Problem
from ckreg.core.check.rule import RULES
from ckreg.errors import UsageError

UNREADABLE = "CK001"
_ALWAYS = (UNREADABLE, "CK801")


@dataclass(frozen=True, slots=True)
class Selection:
    """Codes or beginnings of codes: only those of `select` (empty: all), without those of `ignore`.

    The longer one wins, so that `--select CK203 --ignore CK2` shows CK203.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def includes(self, problem: Problem) -> bool:
        """Whether a problem of this code is shown."""
        chosen = max((len(code) for code in self.select if matches(problem.code, code)), default=0)
        left_out = max((len(code) for code in self.ignore if matches(problem.code, code)), default=0)
        return chosen > left_out if self.select else not left_out


def codes_in(words: Iterable[str], option: str) -> tuple[str, ...]:
    """The codes of an option that may be repeated, and may have several with commas between.

    Raises:
        UsageError: one is no rule's.
    """
    codes = [code.strip().upper() for word in words for code in word.split(",") if code.strip()]
    for code in codes:
        if not is_known(code):
            near = difflib.get_close_matches(code, all_codes(), n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else "docs/checks.md lists them."
            raise UsageError(f"{option}: no rule has the code {code!r}. {hint}")
    return tuple(codes)


def is_known(code: str) -> bool:
    """Whether a code, or the beginning of one, is some rule's; one letter is too little."""
    return len(code) > 1 and any(matches(known, code) for known in all_codes())


def all_codes() -> list[str]:
    """The codes of all problems."""
    return sorted({*RULES, *_ALWAYS})


def matches(code: str, beginning: str) -> bool:
    """Whether `beginning` is the code, or as much of it as people write."""
    return code.startswith(beginning)
