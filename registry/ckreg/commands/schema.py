"""`ckreg schema`: JSON Schemas of what ckreg reads and prints."""

from ckreg.core.schemas import Schema, document, schema_of, spec_schema
from ckreg.core.summary import Summary

SPEC, SUMMARY = "spec", "summary"
# What stands for `ckreg` without a verb among the commands.
ALONE = "ckreg"


def schema_of_spec() -> Schema:
    """The schema of what `ckreg design --spec` reads."""
    return document(spec_schema(), "An experiment's spec, as `ckreg design --spec` reads it")


def schema_of_summary() -> Schema:
    """The schema of an experiment's document, read back into values."""
    return document(schema_of(Summary), "An experiment_summary.md, read back into values")


def schema_of_answer(command: str, answer: object) -> Schema:
    """The schema of a command's answer, from its type."""
    words = "ckreg" if command == ALONE else f"ckreg {command}"
    return document(schema_of(answer), f"What `{words} --json` prints")
