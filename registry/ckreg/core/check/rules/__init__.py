"""The rules, one function each, in rooms by their codes."""
