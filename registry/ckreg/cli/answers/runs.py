"""What `ckreg runs --json` prints: a run as an object by column."""

from typing import TypeAlias

from ckreg.cli.answers.query import Rows

Answer: TypeAlias = Rows
