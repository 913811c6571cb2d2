"""What `ckreg history --json` prints."""

from typing import TypeAlias

from ckreg.flows.telling import Told

Answer: TypeAlias = list[Told]
