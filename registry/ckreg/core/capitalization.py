"""The capitalization dataset, a known task: words in small letters, and the same with the first one large.

A file `words_8L_80P_10000.json` has words of 8 letters, 80 percent of 10000 to train on, the rest halved into
validation and test. The words are made of syllables, not taken from a dictionary, so that the same name gives
the same bytes everywhere.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from ckreg.core.units import count

_NAME = re.compile(r"words_(?P<letters>\d{1,2})L(_(?P<percent>\d{1,2})P_(?P<number>\d{1,7}))?\.json")
_TASK = re.compile(r"capitali[sz]", re.IGNORECASE)
_CONSONANTS, _VOWELS = "bdfghjklmnprstvwyz", "aeiou"
_MOST = 1_000_000
_FEWEST = 10


class Words(NamedTuple):
    """How many letters each word has, how many percent are to train on, and how many words there are."""

    letters: int = 8
    percent: int = 80
    number: int = 10_000

    @property
    def splits(self) -> tuple[tuple[str, int], ...]:
        """(split, rows)."""
        train = self.number * self.percent // 100
        validation = (self.number - train) // 2
        return ("train", train), ("validation", validation), ("test", self.number - train - validation)

    def __str__(self) -> str:
        """`10,000 words of 8 letters: train 8,000, validation 1,000, test 1,000`."""
        splits = ", ".join(f"{split} {count(rows)}" for split, rows in self.splits)
        return f"{count(self.number)} words of {self.letters} letters: {splits}"


def known_words(path: str) -> Words | None:
    """What a file of this path would hold; None where it is of another task, or cannot be made."""
    name = _NAME.fullmatch(PurePosixPath(path).name)
    if name:
        given = {key: int(value) for key, value in name.groupdict().items() if value}
        words = Words()._replace(**given)
    elif path.endswith(".json") and _TASK.search(path):
        words = Words()
    else:
        return None
    sound = (
        _FEWEST <= words.number <= _MOST and words.percent and words.number * 2 <= _possible(words.letters)
    )
    return words if sound else None


def dataset_text(words: Words) -> str:
    """The dataset as JSON, an example a line; the same for the same words."""
    made = _made(words.letters)
    parts = [(split, list(itertools.islice(made, rows))) for split, rows in words.splits]
    return "{\n" + ",\n".join(_part(split, rows) for split, rows in parts) + "\n}\n"


def _part(split: str, rows: list[str]) -> str:
    examples = ",\n".join(json.dumps({"input": word, "output": word.capitalize()}) for word in rows)
    return f'"{split}": [\n{examples}\n]'


def _possible(letters: int) -> int:
    pairs, single = divmod(letters, 2)
    return int((len(_CONSONANTS) * len(_VOWELS)) ** pairs) * (len(_CONSONANTS) if single else 1)


def _made(letters: int) -> Iterator[str]:
    """Words that differ, consonant and vowel in turn, in an order that looks like chance and is none."""
    seen: set[str] = set()
    for index in itertools.count():
        drawn = hashlib.sha512(f"{letters} {index}".encode()).digest()
        word = "".join(_letter(place, drawn[place % len(drawn)]) for place in range(letters))
        if word not in seen:
            seen.add(word)
            yield word


def _letter(place: int, drawn: int) -> str:
    letters = _VOWELS if place % 2 else _CONSONANTS
    return letters[drawn % len(letters)]
