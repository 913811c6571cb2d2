"""What `ckreg logs --json` prints."""

from typing import TypeAlias

from ckreg.commands.logs import Logged

Answer: TypeAlias = Logged
