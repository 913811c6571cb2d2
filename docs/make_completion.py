"""Writes what completion knows of the verbs' options: `python docs/make_completion.py`."""

from pathlib import Path

import ckreg.cli
from ckreg.cli.completing.parameters import table_of
from ckreg.cli.completing.writing import table_text
from ckreg.cli.main import VERBS
from ckreg.cli.main import ckreg as whole

if __name__ == "__main__":
    table = table_of(whole, {verb: told for group in VERBS.values() for verb, told in group.items()})
    path = Path(next(iter(ckreg.cli.__path__)), "completing", "table.py")
    path.write_text(table_text(table), encoding="utf-8")
