"""An answer judged at once: what it stands for, or why it will not do."""

from dataclasses import dataclass

from ckreg.core.spec import faults_of
from ckreg.core.text import printable
from ckreg.core.wizard.making import tree_of
from ckreg.core.wizard.values import NONE, Answers, Choice, Question

LONGEST = 2_000  # characters; a page of prose belongs into the document


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that will do, in words that do not depend on the numbers of a list."""

    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an answer will not do."""

    reason: str


class _NotAChoiceError(Exception):
    """Unwinds the reading of one item; the message says what was expected."""


def answer(question: Question, words: str, answers: Answers) -> Accepted | Refused:
    """Judge what was typed, among the answers so far; nothing typed is the default."""
    words = words.strip(" \t")
    if len(words) > LONGEST:
        return Refused(f"{len(words):,} characters; expected at most {LONGEST:,}")
    if printable(words) != words:
        return Refused("it has control codes in it; type it again")
    words = words or question.default or ""
    if not words:
        return Refused("an answer is needed here; `?` says more, `<` goes back")
    try:
        chosen = _chosen(question, " ".join(words.split()))
    except _NotAChoiceError as error:
        return Refused(str(error))
    reason = question.check(chosen) if question.check and chosen != NONE else None
    reason = reason or _fault(answers, question.key, chosen)
    return Refused(reason) if reason else Accepted(chosen)


def _chosen(question: Question, words: str) -> str:
    if not question.choices:
        return words
    if not question.several:
        return _item(question, words)
    items = dict.fromkeys(_item(question, item.strip()) for item in words.split(",") if item.strip())
    if not items:
        raise _NotAChoiceError("expected at least one, several with commas")
    return ", ".join(items)


def _item(question: Question, item: str) -> str:
    """A choice by its number or words; where the question is open, any other words."""
    names = [choice.words for choice in question.choices]
    if item in names:
        return item
    if item.isdecimal() and len(item) < 6:  # noqa: PLR2004  # more is no place in a list
        if 1 <= int(item) <= len(names):
            return names[int(item) - 1]
        raise _NotAChoiceError(f"there is no number {item}; expected 1 to {len(names)}")
    if not question.closed:
        return item
    fitting = [name for name in names if name.casefold().startswith(item.casefold())]
    if len(fitting) == 1:
        return fitting[0]
    raise _NotAChoiceError(f"{_shown(item)} {_how_many(fitting)}; expected {_expected(question.choices)}")


def _how_many(fitting: list[str]) -> str:
    return "fits several" if fitting else "is none of the choices"


def _expected(choices: tuple[Choice, ...]) -> str:
    few = 8
    more = ", ..." if len(choices) > few else ""
    named = ", ".join(choice.words for choice in choices[:few])
    return f"a number from 1 to {len(choices)}, or one of {named}{more}"


def _shown(item: str) -> str:
    longest = 40
    return f'"{item}"' if len(item) <= longest else f'"{item[: longest - 1]}…"'


def _fault(answers: Answers, key: str, words: str) -> str | None:
    """What is wrong with the spec so far: those before were sound, so that it is this answer."""
    faults = faults_of(tree_of({**answers, key: words}))
    told = list(dict.fromkeys(fault.what for fault in faults))
    return "; ".join(told[:3]) or None
