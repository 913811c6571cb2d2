"""The conversation on a terminal: plain lines and one prompt, for 80 columns and a keyboard only."""

from ckreg.cli.wizard.approving import by_conversation

__all__ = ["by_conversation"]
