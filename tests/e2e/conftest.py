"""Collected only where it is asked for: `pytest -m e2e`, as `make e2e` does."""

import re
from pathlib import Path

import pytest

from tests.slurm.conftest import cluster, registry, started

__all__ = ["cluster", "registry", "started"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Training and evaluating take minutes and an environment of their own."""
    asked = re.search(r"\be2e\b", str(config.getoption("markexpr")))
    return None if asked or collection_path == Path(__file__).parent / "__init__.py" else True
