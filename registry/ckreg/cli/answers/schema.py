"""What `ckreg schema --json` prints: the names of all schemas, or the schema of one."""

from typing import TypeAlias

from ckreg.core.schemas import Schema

Answer: TypeAlias = list[str] | Schema
