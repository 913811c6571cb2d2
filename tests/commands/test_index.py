from pathlib import Path

import pytest

from ckreg.adapters.cache import known_roots
from ckreg.adapters.tree import Home
from ckreg.commands.index import index
from ckreg.errors import NotFoundError, UsageError
from ckreg.flows.indexing import How
from tests.logs import BUNDLED, LOG


def test_places_are_remembered_and_searched_again(home: Home) -> None:
    assert index(home, [BUNDLED]).read == 7
    assert known_roots(home) == (BUNDLED,)
    assert index(home).unchanged == 7


def test_a_named_file_is_read_whatever_its_name(home: Home, tmp_path: Path) -> None:
    odd = tmp_path / "my log"
    odd.write_bytes((BUNDLED / LOG).read_bytes())
    assert index(home, [odd]).read == 1


def test_scratch_dir_is_searched_without_being_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(BUNDLED))
    assert index(home).read == 7


def test_a_rebuild_reads_all_known_places(home: Home, tmp_path: Path) -> None:
    index(home, [BUNDLED])
    assert index(home, [tmp_path], How(rebuild=True)).read == 7


def test_nowhere_to_look(home: Home) -> None:
    with pytest.raises(UsageError, match="scratch_dir"):
        index(home)


def test_a_place_that_is_not_there(home: Home) -> None:
    with pytest.raises(NotFoundError, match="/nowhere"):
        index(home, [Path("/nowhere")])
    assert known_roots(home) == ()
