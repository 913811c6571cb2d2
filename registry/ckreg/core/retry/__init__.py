"""A failed run sent again: why it failed, what its log says, and what to ask for instead."""
