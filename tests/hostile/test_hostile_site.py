"""The site of a hostile registry: nothing in it runs, and it tells nothing that lies outside."""

import pytest

from ckreg.adapters.tree import Home
from tests.hostile.grounds import SECRET, Ground
from tests.hostile.test_hostile_registries import alarm, call, commit, good, ground
from tests.hostile.trees import TREES
from tests.pages import faults_of

__all__ = ["alarm", "good", "ground"]  # fixtures

QUICK = {"settings", "a_name_with_escapes", "every_cell_hostile", "history_with_escapes"}


@pytest.mark.usefixtures("alarm")
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in TREES]
)
def test_its_pages_are_harmless(
    ground: Ground,  # the fixture
    capfd: pytest.CaptureFixture[str],
    name: str,
) -> None:
    TREES[name](ground)
    commit(ground.root)
    code, said = call(capfd, ground.root, "site")
    assert code != 70, said
    assert all(char == "\n" or char.isprintable() for char in said)
    for page in (Home(ground.root).state / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert faults_of(text) == [], page
        assert SECRET not in text, page
        assert "\x1b" not in text, page
