"""`ckreg demo` on the command line."""

import textwrap

import click

from ckreg.cli.common import Place
from ckreg.cli.output import emit
from ckreg.commands.demo import demo

_WIDTH = 80


@click.command()
@click.argument("folder", metavar="[DIR]", required=False)
@click.option("--no-play", is_flag=True, help="Lay out its models, data and job logs only, to try by hand.")
@click.pass_obj
def command(place: Place, folder: str | None, no_play: bool) -> None:
    """Play the whole story in a throw-away registry, offline.

    It stays in DIR, which must be empty or absent, or in a new temporary folder.

    \b
    Example:
      ckreg demo
      ckreg demo /tmp/look
      ckreg demo /tmp/try --no-play
    """
    for number, scene in enumerate(demo(place.path(folder) if folder else None, play=not no_play)):
        if number:
            emit()
        for paragraph in scene.telling.split("\n\n"):
            emit(_wrapped(paragraph))
            emit()
        if scene.words:
            emit(f"$ {scene.typed}", bold=True)


def _wrapped(paragraph: str) -> str:
    if paragraph.startswith("  "):
        return paragraph
    return textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
