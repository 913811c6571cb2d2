"""`ckreg schema`."""

import click

from ckreg.cli.answered import answer_of, commands
from ckreg.cli.common import json_option
from ckreg.cli.output import emit, emit_json, note
from ckreg.commands.schema import SPEC, SUMMARY, schema_of_answer, schema_of_spec, schema_of_summary
from ckreg.core.schemas import Schema
from ckreg.errors import NotFoundError


@click.command()
@click.argument("words", metavar="[spec | summary | COMMAND]", nargs=-1)
@json_option
def command(words: tuple[str, ...], *, as_json: bool) -> None:
    """Print the JSON Schema of a spec, of a summary, or of what COMMAND prints with --json.

    The schemas are of draft 2020-12. That of `spec` holds for JSON, YAML and TOML alike; what it cannot say
    (an epoch that is not trained, two runs of one name) `ckreg design --dry-run` does. `summary` is the
    document as `ckreg show` reads it. Without a name all names are listed.

    \b
    Example:
      ckreg schema spec
      ckreg schema status set
    """
    if words:
        emit_json(_schema(" ".join(words)))
    elif as_json:
        emit_json(_names())
    else:
        for name in _names():
            emit(name)
        note("`ckreg schema NAME` prints one of them.")


def _names() -> list[str]:
    return [SPEC, SUMMARY, *commands()]


def _schema(name: str) -> Schema:
    if name == SPEC:
        return schema_of_spec()
    if name == SUMMARY:
        return schema_of_summary()
    try:
        return schema_of_answer(name, answer_of(name))
    except KeyError:
        raise NotFoundError(f"{name!r} has no schema. `ckreg schema` lists those that have one.") from None
