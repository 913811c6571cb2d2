"""What `ckreg list --json` prints."""

from typing import TypeAlias

from ckreg.commands.list import Listed

Answer: TypeAlias = list[Listed]
