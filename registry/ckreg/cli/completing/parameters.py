"""What a verb's options and arguments take, as far as completion must know it."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import click

NOTHING, TEXT, FILE, FOLDER = "nothing", "text", "file", "folder"
EXPERIMENT, RUN, TASK, EPOCH = "experiment", "run", "task", "epoch"
_NAMED = {
    "experiment": EXPERIMENT,
    "experiments": EXPERIMENT,
    "run": RUN,
    "runs": RUN,
    "task": TASK,
    "tasks": TASK,
    "--task": TASK,
    "--drop-task": TASK,
    "--epoch": EPOCH,
    "--experiment": EXPERIMENT,
    "--run": RUN,
    "folder": FOLDER,
}
_SHOWN = {"EXPERIMENT": EXPERIMENT, "RUN": RUN, "FILE": FILE, "PATH": FILE, "DIR": FOLDER}
_STOP = re.compile(r";|\. |  \[")
_LONGEST_HELP = 60


class Parameter(NamedTuple):
    """An option, or an argument (its name in capitals): its words, what it takes, and what it is for."""

    words: tuple[str, ...]
    takes: str | tuple[str, ...]
    """One of the kinds above, or the values that there are to choose from."""
    help: str = ""
    many: bool = False

    @property
    def is_option(self) -> bool:
        """Whether it begins with a dash."""
        return self.words[0].startswith("-")


class Command(NamedTuple):
    """A verb, or a verb of a verb: what it does, and its parameters."""

    help: str
    parameters: tuple[Parameter, ...]


def table_of(whole: click.Group, helps: Mapping[str, str]) -> dict[str, Command]:
    """All verbs by their words; `helps` says in a line what each of the first does."""
    found = dict(_commands("", whole, click.Context(whole)))
    return {path: command._replace(help=helps.get(path, command.help)) for path, command in found.items()}


def _commands(verb: str, command: click.Command, ctx: click.Context) -> Iterator[tuple[str, Command]]:
    parameters = tuple(_parameter(each) for each in command.params if not getattr(each, "hidden", False))
    yield verb, Command(command.get_short_help_str(_LONGEST_HELP), parameters)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            if (below := command.get_command(ctx, name)) and not below.hidden:
                yield from _commands(f"{verb} {name}".strip(), below, ctx)


def _parameter(found: click.Parameter) -> Parameter:
    if isinstance(found, click.Option):
        many = found.multiple or found.count
        return Parameter(_words(found), _taken(found), _short(found.help or ""), many=many)
    return Parameter(((found.name or "").upper(),), _taken(found), many=found.nargs != 1)


def _words(option: click.Option) -> tuple[str, ...]:
    if option.secondary_opts:
        return ("/".join((*option.opts, *option.secondary_opts)),)
    return tuple(option.opts)


def _taken(found: click.Parameter) -> str | tuple[str, ...]:
    if isinstance(found, click.Option) and (found.is_flag or found.count):
        return NOTHING
    if isinstance(found.type, click.Choice):
        return tuple(map(str, found.type.choices))
    if isinstance(found.type, click.Path):
        return FILE if found.type.file_okay else FOLDER
    if found.type is not click.STRING:
        return TEXT
    called = found.opts if isinstance(found, click.Option) else [found.name or ""]
    return next((_NAMED[word] for word in called if word in _NAMED), None) or _shown(found.metavar or "")


def _shown(metavar: str) -> str:
    """What `[EXPERIMENT] [REV]` or `FILE` says in a verb's help."""
    if "=" in metavar:
        return TEXT
    return next((kind for word, kind in _SHOWN.items() if word in metavar), TEXT)


def _short(text: str) -> str:
    """The help up to its first stop, cut at a word where it is long."""
    first = _STOP.split(text, maxsplit=1)[0].rstrip(".:")
    if len(first) <= _LONGEST_HELP:
        return first
    return first[:_LONGEST_HELP].rsplit(" ", 1)[0].rstrip(",") + " ..."
