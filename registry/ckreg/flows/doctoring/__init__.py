"""Looks a registry over, and the machine that it is used on: every check of `ckreg doctor`."""

from ckreg.flows.doctoring.examining import examine
from ckreg.flows.doctoring.mending import mend

__all__ = ["examine", "mend"]
