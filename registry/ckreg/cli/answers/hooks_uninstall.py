"""What `ckreg hooks uninstall --json` prints."""

from typing import TypeAlias

from ckreg.commands.hooks import Hooks

Answer: TypeAlias = Hooks
