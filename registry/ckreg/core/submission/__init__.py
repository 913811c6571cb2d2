"""From a plan's rows to jobs: what is to be sent, what is alike, and what is noted before it is sent."""
