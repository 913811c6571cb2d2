"""The cache that came with a clone, and the cache in a registry that cannot be written."""

import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.history import history
from ckreg.commands.list import list_experiments
from ckreg.commands.query import query
from ckreg.commands.show import show
from ckreg.flows.caching import cache_path
from tests.documents import EXPERIMENT

Git = Callable[..., str]
NAME = ".ckreg/cache.db"
RUNS = "SELECT count(*) FROM runs"
MEASURED = "SELECT run_name FROM measurements"
CRAFTED = (
    "INSERT INTO logs (path) VALUES ('/evil'); "
    "INSERT INTO measurements (log_path, segment, run_name, outcome) VALUES ('/evil', 0, 'evil', 'completed')"
)


def craft(home: Home) -> Path:
    """A cache that is sound in every respect, with a run in it that nobody measured."""
    query(home, RUNS)
    with sqlite3.connect(home.state / "cache.db") as connection:
        connection.executescript(CRAFTED)
    connection.close()
    return home.state / "cache.db"


def test_a_cache_that_git_tracks_is_ignored(home: Home, git: Git, caplog: pytest.LogCaptureFixture) -> None:
    crafted = craft(home)
    git(home.root, "add", "-f", NAME)
    git(home.root, "commit", "-qm", "x")
    clone = Home(home.root.with_name("clone"))
    git(home.root.parent, "clone", "-q", str(home.root), str(clone.root))
    with caplog.at_level(logging.WARNING, "ckreg"):
        assert query(clone, MEASURED).rows == ()
        assert query(clone, RUNS).rows == query(home, RUNS).rows
    assert [record.getMessage() for record in caplog.records] == [
        f"ckreg: warning: git tracks {NAME}: it is ignored. Run `git rm --cached {NAME}` and remove it."
    ]
    assert git(clone.root, "status", "--porcelain") == ""
    assert cache_path(clone) == clone.root / ".git" / "ckreg" / "cache.db"
    assert crafted.exists()


def test_the_cache_of_a_clone_is_its_own(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    craft(home)
    assert query(home, MEASURED).rows == (("evil",),)
    assert not caplog.records


@pytest.mark.parametrize("link", [True, False])
def test_where_no_cache_can_be_made_all_can_be_asked(home: Home, link: bool, tmp_path: Path) -> None:
    shutil.rmtree(home.state, ignore_errors=True)
    if link:
        (tmp_path / "elsewhere").mkdir()
        home.state.symlink_to(tmp_path / "elsewhere")
    else:
        home.state.write_text("")
    assert query(home, RUNS).rows == ((3,),)
    assert query(home, "SELECT count(*) FROM commits", at="HEAD").rows == ((1,),)
    assert [row.experiment for row in list_experiments(home)] == [EXPERIMENT]
    assert show(home, EXPERIMENT).experiment == EXPERIMENT
    assert history(home)
    assert not list((tmp_path / "elsewhere").iterdir()) if link else home.state.is_file()
