"""A question of the conversation, what was found to choose from, and the answers so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeAlias

# Answers by their question's key, in the words that a person would type; numbers of a list are resolved.
Answers: TypeAlias = Mapping[str, str]
# Why an answer will not do, None where it will.
Check: TypeAlias = Callable[[str], str | None]

NONE = "-"
YES, NO = "yes", "no"


class Part(StrEnum):
    """The parts of the conversation, in their order."""

    DESIGN = "Experiment design"
    RESOURCES = "Resources"
    TRAINING = "Training configuration"
    EVALUATION = "Evaluation strategy"
    NAMING = "Experiment naming"


class Choice(NamedTuple):
    """What may be answered, and a remark about it."""

    words: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `why` is a line, `more` what `?` adds; without a default an answer is needed.

    `closed` takes nothing but the choices, `several` takes more than one, with commas.
    """

    key: str
    part: Part
    text: str
    why: str
    more: str = ""
    default: str | None = None
    choices: tuple[Choice, ...] = ()
    several: bool = False
    closed: bool = False
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to choose from; recipes come with those of prior runs first."""

    today: date
    models: tuple[Choice, ...] = ()
    datasets: tuple[Choice, ...] = ()
    scripts: tuple[Choice, ...] = ()
    recipes: tuple[Choice, ...] = ()
    experiments: tuple[Choice, ...] = ()
    models_dir: str | None = None
    gpus: int = 1


def several(words: str) -> list[str]:
    """The items of an answer with commas."""
    return [item.strip() for item in words.split(",") if item.strip()]


def given(words: str | None) -> str | None:
    """The answer, None for none at all."""
    return None if words in {None, "", NONE} else words


def choices(**abouts: str) -> tuple[Choice, ...]:
    """Choices from words with their remarks."""
    return tuple(Choice(words, about) for words, about in abouts.items())
