"""`ckreg site`: the registry as pages for a browser."""

import contextlib
import sys
import time
from collections.abc import Iterator

import click

from ckreg import __version__
from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, note, warn
from ckreg.commands.site import site
from ckreg.core.units import counted
from ckreg.flows.site_building import Tell

_REDRAWN_EVERY = 0.1  # seconds


@click.command()
@click.option(
    "--out", metavar="DIR", help="Where to build; .ckreg/site, which git does not see, if not said."
)
@click.option("--no-index", is_flag=True, help="Do not look for new logs first.")
@json_option
@click.pass_obj
def command(place: Place, /, out: str | None, *, no_index: bool, as_json: bool) -> None:
    """Build a static site of the registry: open its index.html in any browser, no server needed.

    An overview, a page an experiment with its document, timeline, jobs and loss curves, how good the
    estimates are, and throughput. Only what has changed since the last build is made anew. Pages fetch
    nothing, and nothing that a document, note or log says can run in them. DIR must be empty, or a site
    already.

    \b
    Example:
      ckreg site
      ckreg site --out ~/public_html/registry
    """
    started = time.monotonic()
    with _telling() as tell:
        built = site(
            place.home(),
            None if out is None else place.path(out),
            version=__version__,
            index=not no_index,
            tell=tell,
        )
    seconds = time.monotonic() - started
    if not built.looked:
        warn("the registry cannot be written, so new logs were not read")
    if as_json:
        emit_json(
            {
                "index": str(built.index),
                "written": list(built.written),
                "unchanged": built.unchanged,
                "removed": list(built.removed),
                "files": built.files,
                "seconds": round(seconds, 3),
            }
        )
        return
    told = [f"{counted(len(built.written), 'page')} written", f"{built.unchanged:,} unchanged"]
    if built.removed:
        told.append(f"{counted(len(built.removed), 'file')} removed")
    note(f"{', '.join(told)}, in {seconds:.1f} s. Open it with a browser:")
    emit(str(built.index))


@contextlib.contextmanager
def _telling() -> Iterator[Tell]:
    """A line on a terminal that says how far it is."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _all: None
        return
    drawn = 0.0

    def tell(what: str, done: int, total: int) -> None:
        nonlocal drawn
        if time.monotonic() - drawn > _REDRAWN_EVERY:
            drawn = time.monotonic()
            click.echo(f"\r\x1b[K{what}: {done:,} of {total:,}", nl=False, err=True)

    try:
        yield tell
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)
