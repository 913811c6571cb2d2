"""What a file holds: several jobs, two at a time, labels and colours around their text."""
