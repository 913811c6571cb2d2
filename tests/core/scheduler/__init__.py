"""The words and answers of a scheduler."""
