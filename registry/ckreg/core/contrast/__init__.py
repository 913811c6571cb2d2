"""Experiments side by side: what differs between their plans, and how their runs compare."""
