"""The site: what stands in it, what is made anew, and that nobody's words run in it."""

import csv
import json
import os
import shutil
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import pytest

from ckreg import __version__
from ckreg.adapters.site_folder import MANIFEST
from ckreg.adapters.site_templates import render_page
from ckreg.adapters.tree import Home
from ckreg.commands.site import site
from ckreg.core.losses import LossKind
from ckreg.core.site.limits import MOST_BYTES
from ckreg.core.site.shared import Build, PageKind
from ckreg.core.site.values import ThroughputPage
from ckreg.errors import MalformedError, RefusedError
from ckreg.flows.indexing import index_logs
from ckreg.flows.refreshing import fresh_cache
from tests.documents import EXPERIMENT, SUMMARY
from tests.faults import killed_at, points, strace_works
from tests.logs import BUNDLED
from tests.pages import faults_of, read_page
from tests.predictions import complete, predict

Git = Callable[..., str]
PAGE = f"experiments/{EXPERIMENT}.html"
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) {{'ab'*9}} </style>"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "site"


def page(out: Path, path: str) -> str:
    return (out / path).read_text(encoding="utf-8")


def words(out: Path, path: str) -> str:
    return " ".join(" ".join(read_page(page(out, path)).text).split())


def contents(out: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def another(home: Home, name: str, text: str = SUMMARY) -> Path:
    path = home.summary(name)
    path.parent.mkdir()
    path.write_text(text.replace(EXPERIMENT, name))
    return path


def test_a_registrys_site_lies_where_git_does_not_see_it(home: Home, git: Git) -> None:
    built = site(home)
    assert built.index == home.root / ".ckreg" / "site" / "index.html"
    assert built.written == ("index.html", "estimates.html", "throughput.html", PAGE)
    assert git(home.root, "status", "--porcelain") == ""


def test_an_experiments_page_has_its_document_its_rows_and_what_was_predicted(home: Home, out: Path) -> None:
    predict(home)
    complete(home, "L1B_rank4", job="7", started="10:00:00", completed="10:24:00")
    site(home, out)
    told = words(out, PAGE)
    for said in ("Does LoRA rank matter?", "L1B_rank64", "parameter sweep", "2,150 GiB ✓", "1.50"):
        assert said in told
    assert not faults_of(page(out, PAGE))
    assert "Does LoRA rank matter?" in words(out, "index.html")
    assert "24 min" in words(out, "estimates.html")


def test_loss_curves_come_from_logs_and_outlive_them(home: Home, out: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    shutil.copytree(BUNDLED, logs)
    index_logs(home, [logs], ["*.out"])
    with fresh_cache(home) as cache:
        known = cache.rows("SELECT experiment, run_name, job_id FROM measurements WHERE kind = 'finetune'")
    for name in {str(row["experiment"]) for row in known}:
        another(home, name)
    site(home, out, index=False)
    with fresh_cache(home) as cache:
        told = cache.rows("SELECT experiment, run_name, count(*) AS points FROM loss_history GROUP BY 1, 2")
    assert {(row["experiment"], row["run_name"]) for row in told} == {
        (row["experiment"], row["run_name"]) for row in known
    }
    before = contents(out)
    shutil.rmtree(logs)
    assert site(home, out, index=False).written == ()
    assert contents(out) == before


def test_what_has_not_changed_is_not_written_again(home: Home, out: Path) -> None:
    another(home, "other_2025-10-22")
    site(home, out)
    before = {path: (out / path).stat().st_mtime_ns for path in contents(out)}
    assert site(home, out).written == ()
    assert {path: (out / path).stat().st_mtime_ns for path in contents(out)} == before
    home.summary("other_2025-10-22").write_text(SUMMARY.replace("Does LoRA", "Does the"))
    built = site(home, out)
    assert built.written == ("index.html", "experiments/other_2025-10-22.html")
    assert built.unchanged == 3
    assert (out / PAGE).stat().st_mtime_ns == before[PAGE]


def test_step_by_step_or_at_once_a_site_has_the_same_bytes(home: Home, out: Path, tmp_path: Path) -> None:
    site(home, out)
    predict(home)
    site(home, out)
    complete(home, "L1B_rank4", job="7", started="10:00:00", completed="10:24:00")
    another(home, "other_2025-10-22", SUMMARY + "[it](../missing_2025-10-22/) [that](../../other.md)\n")
    site(home, out)
    another(home, "third_2025-10-22")
    site(home, out)
    shutil.rmtree(home.experiments / "third_2025-10-22")
    assert site(home, out).removed == ("experiments/third_2025-10-22.html",)
    fresh = tmp_path / "fresh"
    site(home, fresh)
    assert contents(fresh) == contents(out)


def test_a_page_that_is_missing_or_cut_short_is_made_again(home: Home, out: Path) -> None:
    site(home, out)
    before = contents(out)
    (out / "index.html").unlink()
    (out / PAGE).write_text("<html>")
    assert site(home, out).written == ("index.html", PAGE)
    assert contents(out) == before


def test_a_manifest_that_says_nothing_is_made_again(home: Home, out: Path) -> None:
    site(home, out)
    before = contents(out)
    for told in ("", "[]", '{"ckreg_site": 99}', '{"ckreg_site": 1, "pages": 3}', "[" * 100_000):
        (out / MANIFEST).write_text(told)
        assert len(site(home, out).written) == 4
    assert contents(out) == before


def test_a_manifest_of_somebody_elses_removes_no_file_of_ours_or_theirs(home: Home, out: Path) -> None:
    site(home, out)
    (out / "notes.txt").write_text("mine")
    (out.parent / "x.html").write_text("mine")
    files = dict.fromkeys(("notes.txt", "../x.html", "experiments/../../x.html", "/etc/hostname"), 4)
    told = {"ckreg_site": 1, "pages": {"x": {"key": "k", "files": files}}}
    (out / MANIFEST).write_text(json.dumps(told))
    assert site(home, out).removed == ()
    assert (out / "notes.txt").read_text() == (out.parent / "x.html").read_text() == "mine"


def test_pages_that_came_with_a_clone_are_made_anew(home: Home, git: Git, tmp_path: Path) -> None:
    public = home.root / "public"
    site(home, public)
    evil = page(public, PAGE).replace("<main", "<script>alert(1)</script><main", 1)
    (public / PAGE).write_text(evil)
    told = json.loads((public / MANIFEST).read_text())
    told["pages"][PAGE]["files"][PAGE] = len(evil.encode())
    (public / MANIFEST).write_text(json.dumps(told))
    assert PAGE not in site(home, public).written  # a person's own folder is taken at its word
    git(home.root, "add", "public")
    git(home.root, "commit", "--quiet", "-m", "site")
    clone = tmp_path / "registry-clone" / "registry"
    git(tmp_path, "clone", "--quiet", str(home.root), str(clone))
    assert PAGE in site(Home(clone), clone / "public").written
    assert not faults_of(page(clone / "public", PAGE))


def test_no_site_is_built_behind_a_link_that_came_with_a_clone(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    home.state.rename(elsewhere)
    home.state.symlink_to(elsewhere)
    with pytest.raises(MalformedError, match="link"):
        site(home, index=False)
    assert not (elsewhere / "site").exists()


@pytest.mark.parametrize("kind", ["folder", "file", "repository"])
def test_a_folder_that_holds_something_else_is_refused(home: Home, out: Path, kind: str) -> None:
    place = home.root if kind == "repository" else out
    if kind == "file":
        place.write_text("mine")
    elif kind == "folder":
        place.mkdir()
        (place / "thesis.tex").write_text("mine")
    before = sorted(place.iterdir()) if place.is_dir() else [place.read_text()]
    with pytest.raises(RefusedError, match="--out"):
        site(home, place)
    assert (sorted(place.iterdir()) if place.is_dir() else [place.read_text()]) == before


@pytest.mark.parametrize("name", ["", "experiments", "data", MANIFEST, ".ckreg-site.lock"])
def test_no_link_is_followed_out_of_the_site(home: Home, out: Path, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = out / name if name else out
    if name:
        site(home, out)
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    place.symlink_to(elsewhere)
    with pytest.raises(RefusedError, match="link"):
        site(home, out)
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_a_pages_place_is_replaced_not_followed(home: Home, out: Path, tmp_path: Path) -> None:
    site(home, out)
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    (out / PAGE).unlink()
    (out / PAGE).symlink_to(mine)
    assert site(home, out).written == (PAGE,)
    assert mine.read_text() == "mine"
    assert not (out / PAGE).is_symlink()


class StoppedError(Exception):
    """Somebody pulls the plug."""


def test_a_build_that_was_stopped_is_finished_by_the_next(home: Home, out: Path, tmp_path: Path) -> None:
    site(home, out)
    another(home, "gone_2025-10-22")
    home.summary(EXPERIMENT).write_text(SUMMARY.replace("Does LoRA", "Does the"))

    def stop(what: str, done: int, _all: int) -> None:
        if (what, done) == ("pages", 4):
            raise StoppedError

    with pytest.raises(StoppedError):
        site(home, out, tell=stop)
    assert (out / "experiments" / "gone_2025-10-22.html").exists()
    # What a write leaves if the machine dies in the middle of it.
    (out / "experiments" / f".{EXPERIMENT}.html.abcd1234").write_text("half")
    shutil.rmtree(home.experiments / "gone_2025-10-22")
    site(home, out)
    fresh = tmp_path / "fresh"
    site(home, fresh)
    assert contents(out) == contents(fresh)


@pytest.mark.slow
@pytest.mark.skipif(not strace_works(), reason="strace is not here, or may not trace")
def test_killed_anywhere_the_next_build_mends_it(home: Home, tmp_path: Path) -> None:
    calls = ("site", "--no-index")
    out = home.state / "site"
    every = points(calls, home.root, tmp_path / "trace")
    whole = contents(out)
    for point in every[:: max(1, len(every) // 8)]:
        shutil.rmtree(out)
        killed_at(point, calls, home.root, dies_with_git=False)
        for path, data in (contents(out) if out.exists() else {}).items():
            assert Path(path).name.startswith(".") or data == whole[path]
        site(home, index=False, version=__version__)
        assert contents(out) == whole


@pytest.mark.slow
def test_a_document_of_ten_thousand_rows_has_a_page_of_a_megabyte_at_most(home: Home, out: Path) -> None:
    runs = "".join(
        f"| L1B_rank{number} | L1B | {number} | 4 | Fine-tuned | - |\n" for number in range(100, 10_100)
    )
    states = "".join(
        f"| L1B_rank{number} | failed | {number} | - | - | {'why ' * 40}|\n" for number in range(100, 10_100)
    )
    text = SUMMARY.replace("| L1B_base | L1B |", f"{runs}| L1B_base | L1B |", 1)
    text = text.replace(
        "| L1B_rank64 | pending | - | - | - | - |\n", f"| L1B_rank64 | pending | - | - | - | - |\n{states}"
    )
    home.summary(EXPERIMENT).write_text(text)
    site(home, out)
    assert len(page(out, PAGE).encode()) <= MOST_BYTES
    assert "10,002" in words(out, PAGE)
    whole = list(csv.DictReader(page(out, f"data/{EXPERIMENT}.runs.csv").split("\n")))
    assert len(whole) == 10_002 + 4
    assert (out / "data" / f"{EXPERIMENT}.document.txt").read_text(encoding="utf-8") == text
    links = read_page(page(out, PAGE)).links
    assert f"../data/{EXPERIMENT}.runs.csv" in links
    assert f"../data/{EXPERIMENT}.document.txt" in links
    home.summary(EXPERIMENT).write_text(SUMMARY)
    assert set(site(home, out).removed) >= {f"data/{EXPERIMENT}.runs.csv", f"data/{EXPERIMENT}.document.txt"}


def test_nothing_that_anybody_wrote_can_run(home: Home, git: Git, out: Path) -> None:
    evil = HOSTILE.replace("|", "")
    text = (
        SUMMARY.replace("Does LoRA rank matter?", evil).replace("parameter sweep", evil).replace("L1B", evil)
    )
    text = text.replace("2025-10-22 14:23:15", evil).replace(
        "pending | - | - | - | - |", f"{evil} | {evil} | {evil} | {evil} | {evil} |"
    )
    text += f"\n{evil}\n\n# {evil}\n\n[x](javascript:alert(1)) ![x](http://evil.example/x.png)\n<script>alert(2)</script>\n"
    name = '<script>alert(1)<script>"onload=x'
    another(home, name, text)
    home.summary(EXPERIMENT).write_text(text)
    run = {
        "run_name": evil,
        "task": evil,
        "epoch": evil,
        "tier": evil,
        "median_seconds": 60,
        "p90_seconds": 90,
    }
    told = {"fine_tuning": [run | {"task": None, "epoch": None}], "evaluations": [run]}
    home.summary(EXPERIMENT).with_name("estimates.json").write_text(json.dumps(told))
    git(home.root, "-c", f"user.name={evil}", "commit", "-qam", f"{evil}\n\nCkreg-Status: {{}}")
    with fresh_cache(home) as cache, cache.writing():
        put_hostile_rows(cache.put, evil)
    built = site(home, out)
    assert len(built.written) == 5
    assert all(
        path == Path(path).as_posix() and " " not in path and "<" not in path for path in built.written
    )
    for path in built.written:
        assert faults_of(page(out, path)) == [], path
        assert "ab" * 9 not in words(out, path)
    assert "<script>alert(1)</script>" in words(out, "index.html")
    assert evil[:40] in words(out, "throughput.html")


def put_hostile_rows(put: Callable[[str, list[dict[str, object]]], None], evil: str) -> None:
    """What logs and the scheduler might say."""
    event = {"id": evil, "author": evil, "email": evil, "experiment": EXPERIMENT, "run": evil, "task": evil}
    change = {
        "epoch": evil,
        "from_status": "pending",
        "to_status": evil,
        "job": evil,
        "by": evil,
        "evidence": evil,
    }
    when = {"at": evil, "committed": "2025-10-22T10:00:00+00:00", "place": 99, "number": 0, "by_hand": 0}
    put("status_events", [event | change | when | {"commit_id": evil}])
    ran = {"at": "2025-10-22T09:00:00+00:00", "to_status": "running", "from_status": "pending"}
    put("status_events", [event | change | when | ran | {"commit_id": "c", "number": 1, "place": 98}])
    put("logs", [{"path": evil, "size": 1, "mtime_ns": 1, "inode": "1", "kept": 1}])
    log = {"log_path": evil, "segment": 0, "job_id": evil, "experiment": EXPERIMENT, "run_name": evil}
    speed = {"kind": "finetune", "model": evil, "gpu_type": evil, "recipe": evil, "seconds_per_step": 1.0}
    put(
        "measurements",
        [log | speed | {"outcome": evil, "elapsed_seconds": 60.0, "n_gpus": 1, "framework": "x"}],
    )
    job: dict[str, object] = {
        "source": "s",
        "scope": "",
        "cluster": "c",
        "job_id": evil,
        "submitted": evil,
        "state": evil,
    }
    put("jobs", [job | {"outcome": evil, "started": evil, "gpu_type": evil}])
    put("loss_curves", [{"id": 1, "log_path": evil, "segment": 0, "points": 2}])
    put("losses", [{"curve": 1, "kind": str(LossKind.TRAIN), "step": step, "loss": 1.0} for step in (1, 2)])
    cell = {"experiment": EXPERIMENT, "run_name": evil, "task": evil, "epoch": evil, "metric": evil}
    put("result_summary", [cell | {"scorer": evil, "mean": 0.5, "n": 1}])


def test_the_policy_lets_nothing_run_but_what_is_ours(home: Home, out: Path) -> None:
    site(home, out)
    for path in ("index.html", PAGE):
        html = unescape(page(out, path))
        assert "default-src 'none'" in html
        assert "unsafe" not in html
        assert html.index("Content-Security-Policy") < html.index("<style") < html.index("<script")


def test_the_same_values_give_the_same_bytes() -> None:
    build = Build(title="x", navigation=(), version="1")
    empty = ThroughputPage(lines=(), cut=None, jobs=0)
    assert render_page(PageKind.THROUGHPUT, build, empty) == render_page(PageKind.THROUGHPUT, build, empty)


def test_a_registry_without_experiments_has_a_site(home: Home, out: Path) -> None:
    shutil.rmtree(home.experiments / EXPERIMENT)
    site(home, out)
    assert not faults_of(page(out, "index.html"))


def test_a_document_that_cannot_be_read_has_a_page_that_says_so(home: Home, out: Path) -> None:
    home.summary(EXPERIMENT).write_bytes(b"\xff\xfe\x00")
    site(home, out)
    assert "cannot be read" in words(out, PAGE)
    os.utime(home.summary(EXPERIMENT), (1, 1))
    home.summary(EXPERIMENT).write_text(SUMMARY)
    site(home, out)
    assert "cannot be read" not in words(out, PAGE)
