"""The registry for assistants that speak the Model Context Protocol: the same calls, the same answers."""
