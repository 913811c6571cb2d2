"""Designing as a conversation: the questions, what an answer may be, and the spec that answers come to."""

from ckreg.core.wizard.answering import Accepted, Refused, answer
from ckreg.core.wizard.asking import next_question, questions, spec_of_answers
from ckreg.core.wizard.starting import answers_of
from ckreg.core.wizard.values import Answers, Choice, Found, Part, Question

__all__ = [
    "Accepted",
    "Answers",
    "Choice",
    "Found",
    "Part",
    "Question",
    "Refused",
    "answer",
    "answers_of",
    "next_question",
    "questions",
    "spec_of_answers",
]
