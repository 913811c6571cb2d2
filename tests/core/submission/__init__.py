"""From a plan to jobs."""
