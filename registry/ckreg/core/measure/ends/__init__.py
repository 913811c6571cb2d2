"""How a job ended: the scheduler's words, the fatal ones, the words of success."""
