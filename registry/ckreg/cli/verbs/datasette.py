"""`ckreg datasette`."""

import click

from ckreg.cli.common import Place
from ckreg.cli.output import emit_json, note
from ckreg.commands.datasette import datasette, datasette_metadata


@click.command()
@click.option(
    "-p", "--port", metavar="N", type=click.IntRange(1, 65535),
    help="The port.  [default: 8001, or another that is free]",
)  # fmt: skip
@click.option("-o", "--open", "opened", is_flag=True, help="Open it in your browser.")
@click.option("--print-metadata", is_flag=True, help="Print the metadata file for a Datasette of your own.")
@click.argument("words", metavar="[-- OPTION...]", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def command(
    place: Place, port: int | None, opened: bool, print_metadata: bool, words: tuple[str, ...]
) -> int:
    """Open the cache in Datasette: tables with facets, questions, SQL and links to documents and logs.

    It serves a copy of the cache as it is now, read-only, on this machine's own address, to those who have
    the link that it prints: on a login node that address is everybody's. A query has two seconds and a
    thousand rows. Options behind -- go to Datasette. Ctrl-C ends it.

    It takes an extra: pip install 'ckreg[datasette]'.

    \b
    Example:
      ckreg datasette --open
      ckreg datasette --port 9000 -- --setting sql_time_limit_ms 10000
      ckreg datasette --print-metadata > metadata.json
    """
    home = place.home()
    if print_metadata:
        emit_json(datasette_metadata(home))
        return 0
    note("Open the link below; Ctrl-C ends it. From another machine: ssh -L PORT:127.0.0.1:PORT")
    return datasette(home, port, [*(["--open"] if opened else []), *words])
