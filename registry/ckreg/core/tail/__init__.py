"""The end of a log, as people look at it: its last lines, and how far the job is."""
