"""Calls of `ckreg` as pages write them, held against the command line that there is."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from ckreg.cli.main import ckreg
from tests.docs.pages import code_spans, fences

_PROMPT = re.compile(r"^\s*(?:\$ |> )?")
_ENDS = re.compile(r"\|\||&&|[|;&]|(?<![<A-Z-])>|<(?=\s)|\$\(|\)(?=\s|$)")
_TOLD = re.compile(r"(?<![\w./`-])ckreg (?=[a-z-])")
_QUIET = {"python", "yaml", "toml", "json", "markdown", "bibtex"}


def calls(page: Path) -> Iterator[str]:
    """Every call that the page shows, in blocks of code and in the text."""
    for fence in fences(page):
        if (fence.language.split() or [""])[0] not in _QUIET:
            yield from typed(fence.text)
    for span in code_spans(page):
        if span.startswith("ckreg "):
            yield span


def typed(text: str) -> Iterator[str]:
    """The calls in a block of code."""
    joined = re.sub(r"\\\n\s*(?:> )?", " ", text)
    for line in joined.split("\n"):
        command = _PROMPT.sub("", line)
        for found in re.finditer(r"(?:^|[|;&(/] ?|\bdo |-- )ckreg (?=[-a-z])", command):
            yield command[found.end() - len("ckreg ") :]


def faults(call: str) -> list[str]:
    """What of a call the command line does not know."""
    words = _words(call)
    command: click.Command = ckreg
    told = ["ckreg"]
    while words:
        word = words.pop(0)
        if word == "--":  # the rest is for another program
            return []
        if word.startswith("-") and word != "-":
            option = _option(command, word)
            if option is None:
                return [f"`{' '.join(told)}` has no option {word}: {call}"]
            if not option.is_flag and "=" not in word and words and len(word.lstrip("-")) >= 1:
                words.pop(0)
        elif isinstance(command, click.Group):
            inner = command.get_command(click.Context(command), word)
            if inner is None:
                return [f"`{' '.join(told)}` has no command {word!r}: {call}"] if _is_verb(word) else []
            command = inner
            told.append(word)
    return []


def _is_verb(word: str) -> bool:
    return re.fullmatch(r"[a-z][a-z-]*", word) is not None


def _option(command: click.Command, word: str) -> click.Option | None:
    name = word.partition("=")[0]
    for param in command.params:
        if isinstance(param, click.Option) and name in (*param.opts, *param.secondary_opts):
            return param
    if name in ("--help", "-h"):
        return click.Option(["--help"], is_flag=True)
    return None


def _words(call: str) -> list[str]:
    try:
        lexer = shlex.shlex(call, posix=True, punctuation_chars="|;&<>")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:  # prose with an apostrophe
        words = call.split()
    end = next((place for place, word in enumerate(words) if re.fullmatch(r"[|;&<>]+", word)), len(words))
    return [word.strip("[]").rstrip(",.") for word in words[1:end] if word not in ("...", "…", "[]")]
