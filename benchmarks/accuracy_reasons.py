"""Why ckreg reads another thing in a log than its label says, by file and subject: for `accuracy.py`."""

REASONS: dict[tuple[str, str], str] = {}
