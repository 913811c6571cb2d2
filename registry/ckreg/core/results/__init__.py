"""What evaluations gave: read from files of several tools, joined to the plan, summed up, set in tables."""
