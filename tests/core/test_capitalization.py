"""The dataset of the capitalization task; its shape is that of the example in the description of the job."""

import json

import pytest

from ckreg.core.capitalization import Words, dataset_text, known_words
from ckreg.core.resources import DatasetFacts


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/tasks/capitalization/input/words_8L_80P_10000.json", Words(8, 80, 10_000)),
        ("/data/words_5L_70P_1000.json", Words(5, 70, 1000)),
        ("words_6L.json", Words(6, 80, 10_000)),
        ("/tasks/capitalisation/all.json", Words(8, 80, 10_000)),
        ("/data/words.json", None),
        ("/data/words_8L_80P_10000_c", None),
        ("/data/words_2L_80P_1000.json", None),
        ("/data/words_8L_0P_1000.json", None),
        ("/data/words_8L_80P_9999999.json", None),
        ("", None),
    ],
)
def test_a_known_task_is_told_by_its_file_s_name(path: str, words: Words | None) -> None:
    assert known_words(path) == words


def test_the_rest_of_the_training_words_is_halved() -> None:
    assert str(Words()) == "10,000 words of 8 letters: train 8,000, validation 1,000, test 1,000"
    assert Words(5, 80, 11).splits == (("train", 8), ("validation", 1), ("test", 2))


def test_every_word_is_there_once_with_its_first_letter_large() -> None:
    made = json.loads(dataset_text(Words(8, 80, 1000)))
    assert {split: len(rows) for split, rows in made.items()} == {
        "train": 800,
        "validation": 100,
        "test": 100,
    }
    rows = [row for split in made.values() for row in split]
    words = [row["input"] for row in rows]
    assert len(set(words)) == 1000
    assert all(word.isascii() and word.islower() and len(word) == 8 for word in words)
    assert all(row == {"input": row["input"], "output": row["input"].title()} for row in rows)


def test_the_same_name_gives_the_same_bytes() -> None:
    assert dataset_text(Words(4, 50, 20)) == dataset_text(Words(4, 50, 20))
    # Worked out from the SHA-512 of "4 0": its first bytes choose a consonant, a vowel, and again.
    assert dataset_text(Words(4, 50, 20)).split("\n")[2] == '{"input": "haru", "output": "Haru"},'


def test_the_advice_offers_it() -> None:
    facts = DatasetFacts(None, "/data/words_8L_80P_10000.json", found=False)
    assert (facts.advice or "").endswith(
        "`ckreg verify EXPERIMENT --create-dataset` writes it "
        "(10,000 words of 8 letters: train 8,000, validation 1,000, test 1,000)."
    )
