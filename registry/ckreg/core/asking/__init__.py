"""Questions about runs: filters in words, put together to one SELECT over the cache."""
