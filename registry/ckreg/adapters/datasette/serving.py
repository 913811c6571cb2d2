"""`python -m ckreg.adapters.datasette.serving` is `datasette`, with links to the registry's files."""

from datasette.cli import cli
from datasette.plugins import pm

from ckreg.adapters.datasette import links

if __name__ == "__main__":
    pm.register(links, name="ckreg")
    cli()
