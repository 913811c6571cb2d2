"""Writes docs/commands/ from the commands' own help: `python docs/make_commands.py`."""

import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from ckreg import errors
from ckreg.cli.answered import commands
from ckreg.cli.main import HIDDEN, VERBS, ckreg
from ckreg.errors import CkregError

FOLDER = Path(__file__).with_name("commands")
_HEAD = """\
# Commands

`ckreg VERB --help` says what these pages say, which are made from it by `make docs`. Results go to stdout, everything
else to stderr; every command that prints a result has `--json`, with stable keys. Where EXPERIMENT is asked for, the
beginning of its name does, as long as it means one.

Before the verb stands what holds for all: `ckreg -C DIR VERB ...` works as if started in DIR, as git does.
`ckreg --version` and `ckreg --help` need no registry, and `ckreg` alone says where things stand and what to do next.
"""
_CODES_HEAD = """\
## Exit codes

| Code | Meaning |
|---|---|
| 0 | Done. Also where there was nothing to do. |
| 1 | What was looked at is not as it should be: `ckreg check`, `verify`, `drift`, `doctor` and the hooks say so. |
"""
_CODES_FOOT = """\
| 70 | A defect of ckreg: please report it with the lines that it printed. |
| 130 | Ctrl-C. Nothing is half done: what was asked for is in a commit, or it is not. |

An error is one line on stderr that says what, where (`file:line`), and what to do.
"""
_NOT_LISTED = "What `ckreg --help` does not list"
_EXAMPLE = "Example:"
_EXITS = re.compile(r"[^.]*\b(?:[Ee]xits? |ends with \d)[^.]*\.(?= |$)")
_CODE_SPAN = re.compile(r"(`[^`]*`)")
_MARKUP = re.compile(r"([<>*|\[\]])")


class Part(NamedTuple):
    """A command with the words that call it: `("status", "set")`."""

    words: tuple[str, ...]
    command: click.Command

    @property
    def name(self) -> str:
        """The words as they are typed."""
        return " ".join(("ckreg", *self.words))

    @property
    def context(self) -> click.Context:
        """What click asks for to tell of a command."""
        return click.Context(self.command, info_name=self.name)


def parts(verb: str) -> tuple[Part, ...]:
    """A verb, and its own commands where it is a group; hidden ones last."""
    command = _verb(verb)
    inner = command.commands if isinstance(command, click.Group) else {}
    names = sorted(inner, key=lambda name: (inner[name].hidden, name))
    return (Part((verb,), command), *(Part((verb, name), inner[name]) for name in names))


def _verb(verb: str) -> click.Command:
    command = ckreg.get_command(click.Context(ckreg), verb)
    if command is None:
        raise LookupError(verb)
    return command


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    verbs = [verb for group in VERBS.values() for verb in group] + list(HIDDEN)
    return {"README.md": _index(), **{f"{verb}.md": "\n".join(_page(verb)) for verb in verbs}}


def _index() -> str:
    lines = [_HEAD]
    for group, verbs in VERBS.items():
        lines += [f"## {group}\n", *_listed(verbs.items()), ""]
    hidden = {verb: parts(verb)[0].command.get_short_help_str(200) for verb in HIDDEN}
    lines += [f"## {_NOT_LISTED}\n", *_listed(hidden.items()), "", *_exit_codes()]
    return "\n".join(lines)


def _listed(verbs: Any) -> Iterator[str]:  # noqa: ANN401  # dict views have no name of their own
    yield "| Verb | What it does |"
    yield "|---|---|"
    for verb, told in verbs:
        inner = [f"`{part.words[-1]}`" for part in parts(verb)[1:] if not part.command.hidden]
        yield f"| [{verb}]({verb}.md){' (' + ', '.join(inner) + ')' if inner else ''} | {prose(told)} |"


def _exit_codes() -> Iterator[str]:
    yield _CODES_HEAD.rstrip("\n")
    kinds = [kind for kind in CkregError.__subclasses__() if kind.__module__ == errors.__name__]
    for code, error in sorted((kind.exit_code, kind) for kind in kinds):
        yield f"| {code} | {prose(inspect.getdoc(error) or '')} |"
    yield _CODES_FOOT


def _page(verb: str) -> Iterator[str]:
    yield f"<!-- Made from `ckreg {verb} --help` by `make docs`. -->"
    for part in parts(verb):
        yield f"{'#' * len(part.words)} {part.name}\n"
        yield from _section(part)
    yield "[All commands](README.md), and what the [exit codes](README.md#exit-codes) mean.\n"


def _section(part: Part) -> Iterator[str]:
    words, example = told(part.command)
    yield f"{prose(words)}\n"
    yield f"```text\n{usage(part)}\n```\n"
    if part.command.hidden:
        yield "Git calls it; people need not.\n"
    if example:
        yield f"**Example**\n\n```sh\n{example}\n```\n"
    yield from _options(part)
    if exits := _EXITS.findall(" ".join(words.split())):
        yield f"**Exit code.** {prose(' '.join(sentence.strip() for sentence in exits))}\n"
    if (name := " ".join(part.words)) in commands():
        yield f"**JSON.** `ckreg schema {name}` prints the schema of what `--json` prints.\n"


def told(command: click.Command) -> tuple[str, str]:
    """The words of a command's help, and its example without the indentation."""
    text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    words, _, example = text.partition(_EXAMPLE)
    return words.strip(), inspect.cleandoc(example)


def usage(part: Part) -> str:
    """The line that a call of it follows."""
    return f"{part.name} {' '.join(part.command.collect_usage_pieces(part.context))}"


def _options(part: Part) -> Iterator[str]:
    options = [each for each in part.command.params if isinstance(each, click.Option) and not each.hidden]
    if options:
        yield "| Option | What it does |"
        yield "|---|---|"
        for option in options:
            yield f"| {_code(_typed(option))} | {prose(' '.join(_told_of(option)))} |"
        yield ""


def _typed(option: click.Option) -> str:
    """The option as it is typed: `-n, --lines LINES`; click's own words differ between its versions."""
    names = ", ".join(sorted(option.opts, key=len))
    other = f" / {', '.join(option.secondary_opts)}" if option.secondary_opts else ""
    return f"{names}{other}{'' if option.is_flag else f' {_value(option)}'}"


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice) and option.metavar is None:
        return f"[{'|'.join(map(str, option.type.choices))}]"
    return option.metavar or ("TEXT" if isinstance(option.type, click.types.StringParamType) else "NUMBER")


def _told_of(option: click.Option) -> Iterator[str]:
    words = " ".join((option.help or "").split())
    if words:
        yield words
    if option.required:
        yield "Required."
    if isinstance(option.type, click.IntRange) and option.type.min is not None:
        yield f"At least {option.type.min}."
    if option.show_default and option.default not in (None, ""):
        default = option.default
        if option.secondary_opts:
            default = (option.opts if default else option.secondary_opts)[0]
        yield f"Default: `{default}`."
    if option.multiple and "repeated" not in words:
        yield "May be repeated."


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def prose(text: str) -> str:
    """Words of a help as Markdown shows them: what is markup outside of code is not taken for it."""
    pieces = _CODE_SPAN.split(text)
    pieces[::2] = [_MARKUP.sub(r"\\\1", piece) for piece in pieces[::2]]
    pieces[1::2] = [piece.replace("|", "\\|") for piece in pieces[1::2]]
    return "".join(pieces)


def write(made: Sequence[tuple[str, str]]) -> None:
    """Write the pages, and remove those of verbs that are gone."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in dict(made):
            path.unlink()
    for name, text in made:
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(list(pages().items()))
