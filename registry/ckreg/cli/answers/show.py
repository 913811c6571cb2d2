"""What `ckreg show --json` prints."""

from typing import TypeAlias

from ckreg.commands.show import Shown

Answer: TypeAlias = Shown
