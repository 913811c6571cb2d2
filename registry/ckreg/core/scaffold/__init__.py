"""What `ckreg scaffold` writes below an experiment."""
