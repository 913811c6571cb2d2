"""What `ckreg skill uninstall --json` prints."""

from typing import TypeAlias

from ckreg.commands.skill import Skill

Answer: TypeAlias = Skill
