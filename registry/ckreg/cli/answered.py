"""Which commands print JSON, and of which type: every module of `answers` is one of them."""

import importlib
import pkgutil

from ckreg.cli import answers


def commands() -> list[str]:
    """The commands that have an answer, by name: `check`, `status set`."""
    return sorted(module.name.replace("_", " ") for module in pkgutil.iter_modules(answers.__path__))


def answer_of(command: str) -> object:
    """The type of a command's answer.

    Raises:
        KeyError: the command has none.
    """
    if command not in commands():
        raise KeyError(command)
    kind: object = importlib.import_module(f"{answers.__name__}.{command.replace(' ', '_')}").Answer
    return kind
