"""Datasette (an extra), run over a copy of the cache by a process of its own."""

from ckreg.adapters.datasette.running import is_installed, serve

__all__ = ["is_installed", "serve"]
