"""What `ckreg diff --json` prints."""

from typing import TypeAlias

from ckreg.flows.differing import ExperimentDifference

Answer: TypeAlias = list[ExperimentDifference]
