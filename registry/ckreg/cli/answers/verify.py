"""What `ckreg verify --json` prints."""

from typing import TypeAlias

from ckreg.commands.verify import Verification

Answer: TypeAlias = Verification
