"""The readers: one file or folder a framework, each with `sniff` and `read`."""
