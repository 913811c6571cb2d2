"""The real Datasette over a real cache, asked through its own client."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.datasette import datasette_metadata
from ckreg.core.published import metadata
from ckreg.flows.indexing import index_logs
from ckreg.flows.refreshing import cache_to_read
from tests.documents import EXPERIMENT, SUMMARY
from tests.logs import BUNDLED, LOG

app = pytest.importorskip("datasette.app")
plugins = pytest.importorskip("datasette.plugins")
links = pytest.importorskip("ckreg.adapters.datasette.links")
# What Datasette does is Datasette's.
pytestmark = pytest.mark.filterwarnings("ignore")

ALLOWED = {"allow": {"id": "root"}}


class Served:
    """`served.get("/cache/runs.json")`: a status, a text, headers."""

    def __init__(self, database: Path, told: Mapping[str, object]) -> None:
        if not plugins.pm.has_plugin("ckreg"):
            plugins.pm.register(links, name="ckreg")
        settings = {"sql_time_limit_ms": 300}
        self.app = app.Datasette(immutables=[str(database)], metadata=dict(told), settings=settings)

    def get(self, page: str, /, *, actor: str | None = None, **parameters: str) -> Any:  # noqa: ANN401
        async def ask() -> Any:  # noqa: ANN401
            cookies = {"ds_actor": self.app.sign({"a": {"id": actor}}, "actor")} if actor else {}
            return await self.app.client.get(page, params=parameters or None, cookies=cookies)

        return asyncio.run(ask())


@pytest.fixture
def database(home: Home, tmp_path: Path) -> Path:
    log = tmp_path / "scratch" / LOG
    log.parent.mkdir(parents=True)
    copyfile(BUNDLED / LOG, log)
    home.summary(EXPERIMENT).write_text(SUMMARY.replace("None.", "<script>alert(1)</script> & packing."))
    index_logs(home, [tmp_path / "scratch"], ["slurm-*.out"])
    with cache_to_read(home) as cache:
        cache.copy_to(tmp_path / "cache.db")
    return tmp_path / "cache.db"


@pytest.fixture
def served(home: Home, database: Path) -> Served:
    return Served(database, datasette_metadata(home))


def test_every_question_can_be_asked(served: Served, home: Home) -> None:
    queries: Any = datasette_metadata(home)["databases"]
    for name in queries["cache"]["queries"]:
        answer = served.get(f"/cache/{name}.json", words="packing", _shape="array")
        assert answer.status_code == 200, (name, answer.text)
        assert isinstance(answer.json(), list), name
    found = served.get("/cache/find_words.json", words="pack*", _shape="array").json()
    assert [row["kind"] for row in found] == ["note"]


def test_every_table_and_view_has_its_page(served: Served) -> None:
    told = served.get("/cache.json").json()
    names = [table["name"] for table in told["tables"] if not table["hidden"]]
    assert {"experiments", "runs", "measurements", "text_rows"} <= set(names)
    assert not {"facts", "texts", "texts_data"} & set(names)
    for name in (*names, *(view["name"] for view in told["views"])):
        page = served.get(f"/cache/{name}")
        assert page.status_code == 200, name
        assert "<script>alert" not in page.text


def test_what_columns_are_is_told_and_folded_up(served: Served) -> None:
    page = served.get("/cache/measurements").text
    assert "<dt>gpu_type</dt><dd>GPU, such as A100.</dd>" in page
    assert "dl.column-descriptions" in page


def test_facets_sorting_and_search(served: Served) -> None:
    runs = served.get("/cache/runs.json").json()
    assert [value["value"] for value in runs["facet_results"]["status"]["results"]] == ["pending"]
    searched = served.get("/cache/text_rows.json", _search="packing", _shape="array").json()
    assert [row["kind"] for row in searched] == ["note"]


def test_paths_lead_to_the_files(served: Served, home: Home, tmp_path: Path) -> None:
    log = tmp_path / "scratch" / LOG
    assert f'href="/-/ckreg-file?path={log}"' in served.get("/cache/measurements").text
    shown = served.get("/-/ckreg-file", path=str(log))
    assert shown.status_code == 200
    assert shown.content == log.read_bytes()
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    assert shown.headers["x-content-type-options"] == "nosniff"
    document = served.get("/-/ckreg-file", path=f"experiments/{EXPERIMENT}/experiment_summary.md")
    assert document.text == home.summary(EXPERIMENT).read_text()


def test_no_other_file_is_shown(served: Served) -> None:
    for path in ("/etc/passwd", "", "../../etc/passwd", "experiment_summary.md'--", "/"):
        assert served.get("/-/ckreg-file", path=path).status_code == 404, path


def test_a_document_that_became_a_link_is_not_shown(served: Served, home: Home, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    home.summary(EXPERIMENT).unlink()
    home.summary(EXPERIMENT).symlink_to(tmp_path / "secret")
    assert served.get("/-/ckreg-file", path=str(home.summary(EXPERIMENT))).status_code == 404


def test_only_those_with_the_link_see_anything(home: Home, database: Path) -> None:
    served = Served(database, {**datasette_metadata(home), **ALLOWED})
    for path in ("/", "/cache.json", "/cache/runs", f"/-/ckreg-file?path={home.summary(EXPERIMENT)}"):
        assert served.get(path).status_code == 403, path
        assert served.get(path, actor="root").status_code == 200, path


def test_nothing_writes_and_nothing_runs_for_ever(served: Served, database: Path) -> None:
    before = database.read_bytes()
    for sql in ("DELETE FROM runs", "ATTACH '/tmp/x' AS x", "WITH a AS (SELECT 1) DELETE FROM runs"):
        assert served.get("/cache.json", sql=sql).status_code == 400
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    assert served.get("/cache.json", sql=endless).status_code == 400
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999) SELECT i FROM n"
    assert len(served.get("/cache.json", sql=many, _shape="array").json()) == 1000
    assert database.read_bytes() == before


def test_a_groups_own_queries_are_there_and_only_read(database: Path) -> None:
    saved = [
        ("ours", "SELECT name FROM experiments", "<b>Ours</b>"),
        ("bad", "ATTACH '/tmp/x.db' AS x", None),
        ("worse", "PRAGMA user_version = 1", None),
    ]
    told = metadata("lab", {}, saved)
    served = Served(database, told)
    assert served.get("/cache/ours.json", _shape="array").json() == [{"name": EXPERIMENT}]
    assert "&lt;b&gt;Ours" in served.get("/cache/ours").text
    assert served.get("/cache/bad").status_code == served.get("/cache/worse").status_code == 404
    assert json.loads(json.dumps(told)) == told


@pytest.mark.slow
def test_the_command_serves_those_who_have_its_link(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    call = [sys.executable, "-u", "-m", "ckreg", "-C", str(home.root), "datasette"]
    server = subprocess.Popen(
        call,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with server:
        assert server.stdout is not None
        lines = []
        for line in server.stdout:
            lines.append(line)
            if "Uvicorn running" in line:
                break
        [link] = [line.strip() for line in lines if line.startswith("http://127.0.0.1:")]
        page = link.partition("/-/")[0] + "/cache/runs.json"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.build_opener().open(page)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        opener.open(link).close()
        with opener.open(page) as answer:
            assert json.load(answer)["filtered_table_rows_count"] == 3
        os.killpg(server.pid, signal.SIGINT)
        assert server.wait(60) == 0
    assert not list(folder.iterdir())
