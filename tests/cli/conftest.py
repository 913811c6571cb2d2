"""A caller in a registry."""

import pytest

from ckreg.adapters.tree import Home
from tests.cli.calls import Caller


@pytest.fixture
def call(home: Home, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(home.root, capsys)
