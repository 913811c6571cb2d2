"""Completion in bash, zsh and fish: click's own machinery over light copies of the verbs.

Loading a verb to learn its options takes longer than a person waits for a Tab; so `table` says what each
takes, and a test holds it against the verbs.
"""

from ckreg.cli.completing.completing import VARIABLE, complete

__all__ = ["VARIABLE", "complete"]
