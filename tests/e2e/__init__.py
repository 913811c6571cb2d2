"""From a design to a score, with the real torchtune and inspect-ai; only where it is asked for."""
