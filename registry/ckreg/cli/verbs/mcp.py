"""`ckreg mcp`."""

import click

from ckreg.cli.common import Place
from ckreg.errors import OutsideError


@click.command()
@click.option("--allow-writes", is_flag=True, help="Let a tool that is told to confirm do what it says.")
@click.pass_obj
def command(place: Place, *, allow_writes: bool) -> None:
    """Serve this registry to an assistant by the Model Context Protocol, over standard input and output.

    Its tools answer what the commands print with --json. Tools that change the registry or send jobs tell
    what they would do; with --allow-writes, and where the assistant says `confirm`, they do it. It needs the
    extra `mcp`: pip install 'ckreg[mcp]'.

    \b
    Example:
      claude mcp add ckreg -- ckreg -C ~/experiments mcp
    """
    home = place.home()
    try:
        from ckreg.cli.mcp.server import serve  # noqa: PLC0415  # only this verb needs MCP's library
    except ImportError as error:
        raise OutsideError(
            f"{error.name} is not installed, which the server needs. `pip install 'ckreg[mcp]'` brings it."
        ) from error
    serve(home, allow_writes=allow_writes)
