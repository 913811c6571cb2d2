"""`ckreg merge-driver`, which only git calls."""

from collections.abc import Sequence
from pathlib import Path

import click

from ckreg.adapters.git import CLASHED
from ckreg.cli.common import Place
from ckreg.commands.merge_driver import merge_driver
from ckreg.core.merge import Markers
from ckreg.core.text import one_line

_FILE = click.Path(path_type=Path)


@click.command(hidden=True)
@click.argument("base", type=_FILE)
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
@click.argument("size", type=click.IntRange(min=1))
@click.argument("path")
@click.argument("names", nargs=-1)
@click.option("--for-base", is_flag=True, help="Merge what another merge begins with.")
@click.pass_obj
def command(
    place: Place, /, path: str, size: int, for_base: bool, names: tuple[str, ...], **files: Path
) -> int:
    """Merge THEIRS into OURS, both made from BASE: documents by row and cell.

    git calls it, as `.git/config` tells it to: gitattributes(5), "Defining a custom merge driver".
    Exit status 0: merged; 65: merged, with markers around what clashes; any other: OURS is as it was.

    \b
    Example:
      ckreg merge-driver %O %A %B %L %P %S %X %Y
    """
    markers = Markers(size, *_known(names), for_base=for_base)
    base, ours, theirs = (place.start / files[side] for side in ("base", "ours", "theirs"))
    merged = merge_driver(base, ours, theirs, path, markers)
    return CLASHED if merged.conflicts else 0


def _known(names: Sequence[str]) -> tuple[str, str, str]:
    """The names of ours, base and theirs; git before 2.44 does not know them, and leaves `%S` as it is."""
    told = dict(zip(("base", "ours", "theirs"), names, strict=False))
    known = {side: one_line(name) for side, name in told.items() if name.strip() and not name.startswith("%")}
    return known.get("ours", "ours"), known.get("base", "base"), known.get("theirs", "theirs")
