"""`python -m ckreg` is `ckreg`."""

from ckreg.cli.main import run

run()
