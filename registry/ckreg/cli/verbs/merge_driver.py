"""`ckreg merge-driver`, which only git calls."""

from pathlib import Path

import click

from ckreg.adapters.git import CLASHED
from ckreg.cli.common import Place
from ckreg.commands.merge_driver import merge_driver

_FILE = click.Path(path_type=Path)


@click.command(hidden=True)
@click.argument("base", type=_FILE)
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
@click.argument("size", type=click.IntRange(min=1))
@click.argument("path")
@click.pass_obj
def command(place: Place, /, base: Path, ours: Path, theirs: Path, size: int, path: str) -> int:
    """Merge THEIRS into OURS, both made from BASE: documents by row and cell.

    git calls it, as `.git/config` tells it to: gitattributes(5), "Defining a custom merge driver".
    Exit status 0: merged; 65: merged, with markers around what clashes; any other: OURS is as it was.

    \b
    Example:
      ckreg merge-driver %O %A %B %L %P
    """
    files = [place.start / path for path in (base, ours, theirs)]
    merged = merge_driver(*files, size=size, path=path)
    return CLASHED if merged.conflicts else 0
