"""One verb, one file; each returns a plain value."""
