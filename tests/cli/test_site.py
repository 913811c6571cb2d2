"""`ckreg site`, as people call it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ckreg.adapters.cache import remember_roots
from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT


def test_a_site_says_where_it_is_to_be_opened(call: Caller, home: Home) -> None:
    said = call("site")
    assert said.out == f"{home.root}/.ckreg/site/index.html\n"
    assert "4 pages written, 0 unchanged" in said.err


def test_as_json_it_names_what_was_written(call: Caller, home: Home) -> None:
    out = home.root.parent / "public"
    told = json.loads(call("site", "--out", str(out), "--json").out)
    assert told.pop("seconds") >= 0
    page = f"experiments/{EXPERIMENT}.html"
    assert told == {
        "index": f"{out}/index.html",
        "written": ["index.html", "estimates.html", "throughput.html", page],
        "unchanged": 0,
        "removed": [],
        "files": 4,
    }
    again = json.loads(call("site", "--out", str(out), "--json").out)
    assert (again["written"], again["unchanged"], again["files"]) == ([], 4, 4)


def test_a_folder_with_something_else_in_it_is_refused_in_a_line(call: Caller, home: Home) -> None:
    said = call("site", "--out", str(home.experiments))
    assert said.code == 4
    assert said.err.count("\n") == 1
    assert "--out" in said.err


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everything")
def test_a_registry_that_cannot_be_written_has_a_site_elsewhere(home: Home, tmp_path: Path) -> None:
    remember_roots(home, [tmp_path])
    mortal = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    ckreg = [*mortal, sys.executable, "-m", "ckreg", "-C", str(home.root), "site"]
    home.state.chmod(0o555)
    try:
        refused = subprocess.run(ckreg, capture_output=True, text=True, check=False)
        built = subprocess.run([*ckreg, "--out", tmp_path / "o"], capture_output=True, text=True, check=False)
    finally:
        home.state.chmod(0o755)
    assert refused.returncode == 6
    assert "Name another with --out" in refused.stderr
    assert built.stdout == f"{tmp_path}/o/index.html\n"
    assert "new logs were not read" in built.stderr


def test_no_site_is_built_through_a_link_out_of_the_registry(
    call: Caller, home: Home, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home.root / "public").symlink_to(tmp_path / "elsewhere")
    said = call("site", "--out", str(home.root / "public" / "site"))
    assert (said.code, "leads out of the registry by a link" in said.err) == (4, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []
