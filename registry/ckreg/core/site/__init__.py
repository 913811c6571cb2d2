"""The registry as pages: what each shows, worked out of rows and texts."""
