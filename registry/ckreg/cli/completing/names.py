"""The experiments of a registry, and the runs, tasks and epochs of one, for who is typing a command.

Folders are listed, and one document is read where it lies: no git, no cache, nothing is written. A name that
a shell would not take as one word is left out.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from ckreg.adapters.tree import EXPERIMENTS, Home, read_text
from ckreg.cli.common import Place
from ckreg.cli.completing.parameters import EPOCH, EXPERIMENT, RUN

_ONE_WORD = re.compile(r"[A-Za-z0-9._/@%+][A-Za-z0-9._/@%+,-]{0,199}")


def offered(kind: str, ctx: click.Context, incomplete: str) -> list[str]:
    """The names of a kind that begin with what was typed, each once."""
    found = _experiments(_home(ctx), incomplete) if kind == EXPERIMENT else _in_document(kind, ctx)
    fitting = dict.fromkeys(name for name in found if name.startswith(incomplete))
    return [name for name in fitting if _ONE_WORD.fullmatch(name)]


def _home(ctx: click.Context) -> Home:
    folder = str(ctx.find_root().params.get("option_C") or ".")
    return Place(Path.cwd() / Path(folder).expanduser()).home()


def _experiments(home: Home, incomplete: str) -> Iterable[str]:
    """Their names; as paths where a path is being typed."""
    above = f"{EXPERIMENTS}/" if incomplete.startswith(f"{EXPERIMENTS}/") else ""
    return (above + name for name in home.experiment_names())


def _in_document(kind: str, ctx: click.Context) -> Iterator[str]:
    """What the document of the experiment names that was typed before; an option may name it, too."""
    from ckreg.core.markdown import read  # noqa: PLC0415  # 10 ms that experiments and options need not pay

    word = ctx.params.get("experiment") or ctx.params.get("option_experiment")
    if isinstance(word, tuple):
        word = word[0] if word else None
    if not word:
        return iter(())
    home = _home(ctx)
    whole = "/" not in word and os.path.lexists(home.summary(word))
    name = word if whole else home.experiment(word)
    document = read(read_text(home.summary(name)))
    from ckreg.cli.completing import in_document  # noqa: PLC0415  # see above

    if kind == RUN:
        return in_document.runs(document)
    run, task = ctx.params.get("run"), ctx.params.get("option_task")
    return in_document.epochs(document, run, task) if kind == EPOCH else in_document.tasks(document, run)
