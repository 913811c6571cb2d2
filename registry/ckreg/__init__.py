"""ckreg: a git-integrated experiment registry for fine-tuning and evaluating LLMs on Slurm clusters."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ckreg.registry import Registry

__all__ = ["Registry", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load `Registry` when it is asked for, so that `import ckreg` costs nothing."""
    if name == "Registry":
        from ckreg.registry import Registry  # noqa: PLC0415  # lazy on purpose

        return Registry
    raise AttributeError(f"module 'ckreg' has no attribute {name!r}")
