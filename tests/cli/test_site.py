"""`ckreg site`, as people call it."""

import json

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
