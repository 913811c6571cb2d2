"""Conversations without a terminal: what is asked, and what the answers come to."""

from collections.abc import Mapping
from datetime import date

from ckreg.core.wizard import Choice, Found, Refused, answer, next_question

FOUND = Found(
    today=date(2025, 10, 22),
    models=(Choice("L1B"), Choice("L3B")),
    datasets=(Choice("/data/words_8L_80P_10000.json", "655.0 KiB"),),
    scripts=(Choice("/evals/cap.py@cap"),),
    recipes=(Choice("lora_finetune_single_device", "7 prior runs"), Choice("lora_finetune_distributed")),
    models_dir="/models",
)
QUESTION = "Does LoRA rank matter?"


def talk(said: Mapping[str, str], found: Found = FOUND) -> dict[str, str]:
    """All answers; what is not said is answered with Enter."""
    answers: dict[str, str] = {}
    while question := next_question(answers, found):
        words = {"question": QUESTION, "models": "1", **said}.get(question.key, "")
        judged = answer(question, words, answers)
        assert not isinstance(judged, Refused), (question.key, words, judged)
        answers[question.key] = judged.words
    return answers


def refused(key: str, words: str, before: Mapping[str, str], found: Found = FOUND) -> str | None:
    """Why an answer to this question will not do; the questions before it are answered as in `talk`."""
    answers: dict[str, str] = {}
    while question := next_question(answers, found):
        if question.key == key:
            judged = answer(question, words, answers)
            return judged.reason if isinstance(judged, Refused) else None
        judged = answer(
            question, {"question": QUESTION, "models": "1", **before}.get(question.key, ""), answers
        )
        assert not isinstance(judged, Refused), (question.key, judged)
        answers[question.key] = judged.words
    raise AssertionError(f"{key} is not asked")
