"""How predictions of wall time did when their runs were over."""
