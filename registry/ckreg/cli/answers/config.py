"""What `ckreg config --json` prints: all settings, or with KEY that one."""

from typing import TypeAlias

from ckreg.commands.config import Setting

Answer: TypeAlias = list[Setting] | Setting
