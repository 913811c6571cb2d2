"""The plan as a document shows it: read back, in canonical form, and compared."""
