"""Changes the plan of a document that lives: rows, cells and bullets are spliced, every other byte stays."""

from ckreg.core.amending.document import amended

__all__ = ["amended"]
