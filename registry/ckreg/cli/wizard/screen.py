"""Lines and the prompt of the conversation, on stderr; no control code reaches it raw."""

import contextlib
import os
import shutil
import sys
import textwrap

import click

from ckreg.core.text import LINE_END, printable
from ckreg.core.wizard.values import Choice

_WIDEST = 80
_SHOWN_DEFAULT = 40
_MOST_CHOICES = 12
_FEW = 2


def width() -> int:
    """The columns to write in: those of the terminal, at most 80."""
    return max(40, min(_WIDEST, shutil.get_terminal_size().columns))


def say(
    text: str = "", *, head: str = "", bold: bool = False, dim: bool = False, fg: str | None = None
) -> None:
    """Say something, broken into lines; those after the first stand under its beginning."""
    lines = [
        line
        for part in LINE_END.split(text)
        for line in textwrap.wrap(
            printable(part),
            width(),
            initial_indent=head,
            subsequent_indent=" " * len(head),
            break_on_hyphens=False,
        )
        or [head.rstrip()]
    ]
    for line in lines:
        click.echo(_styled(line, bold=bold, dim=dim, fg=fg), err=True)


def show(text: str) -> None:
    """Show lines as they are, but for control codes."""
    for line in LINE_END.split(text):
        click.echo(printable(line), err=True)


def rule(title: str) -> None:
    """A title with a line after it."""
    say()
    click.echo(_styled(f"── {title} ".ljust(width(), "─"), fg="cyan"), err=True)


def offer(choices: tuple[Choice, ...]) -> None:
    """The choices with their numbers, a dozen of them at most."""
    shown = choices[:_MOST_CHOICES]
    column = min(max((len(choice.words) for choice in shown), default=0), 44)
    for number, choice in enumerate(shown, start=1):
        words = printable(choice.words)
        line = f"  {number:>2} {words:<{column}}  {printable(choice.about)}".rstrip()
        if len(line) > width():
            line = f"  {number:>2} {_middle_cut(words, width() - 6)}"
        click.echo(line, err=True)
    if len(choices) > len(shown):
        say(f"and {len(choices) - len(shown)} more; type one of them", head="     ", dim=True)


def is_short(choices: tuple[Choice, ...]) -> bool:
    """Whether the choices fit into the prompt: yes or no."""
    return 0 < len(choices) <= _FEW and not any(choice.about for choice in choices)


def read_line(default: str | None, choices: tuple[Choice, ...] = ()) -> str:
    """One line from the person; a few choices stand in the prompt.

    Raises:
        EOFError: Ctrl-D.
        KeyboardInterrupt: Ctrl-C.
    """
    _with_editing()
    shown = "" if default is None else f"[{_middle_cut(printable(default), _SHOWN_DEFAULT)}] "
    if is_short(choices):
        shown = f"{'/'.join(choice.words for choice in choices)} {shown}"
    try:
        click.echo(_styled(f"{shown}> ".rstrip(" "), fg="green"), nl=False, err=True)
        return input(" ")
    except UnicodeDecodeError:
        return "\0"  # no answer accepts it, and it is asked again


def _with_editing() -> None:
    """Arrow keys and history, where Python has them."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: PLC0415  # only a conversation needs it

        # A pasted answer is one answer, not a command of the terminal.
        readline.parse_and_bind("set enable-bracketed-paste off")


def _styled(text: str, *, bold: bool = False, dim: bool = False, fg: str | None = None) -> str:
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, bold=bold or None, dim=dim or None, fg=fg)


def _middle_cut(text: str, room: int) -> str:
    """A long path without its middle: its beginning and its end tell it from others."""
    if len(text) <= room:
        return text
    end = room * 2 // 3
    return f"{text[: room - end - 1]}…{text[-end:]}"
