"""Reading logs on several machines: which task reads what, and the lines in which it tells what it read."""
