"""Registries in unusual repositories: a status goes in, and a person's edits stay staged or unfinished."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.init import init
from ckreg.core.spec.amending import Amendment
from ckreg.core.status import Status, StatusRequest
from ckreg.core.summary import parse
from ckreg.errors import NotFoundError
from ckreg.flows.amending import amend_experiment
from ckreg.flows.committing import commit_edits
from ckreg.flows.sealing import seal_experiment
from ckreg.flows.updates import apply
from tests.documents import EXPERIMENT, SUMMARY

Git = Callable[..., str]
DOCUMENT = f"experiments/{EXPERIMENT}/experiment_summary.md"
AT = datetime(2025, 10, 22, 14, 23, 15, tzinfo=UTC)
STAGED, UNFINISHED = "- staged\n", "- unfinis"


def asked(number: int, **wish: object) -> StatusRequest:
    wish.setdefault("status", Status.RUNNING)
    return StatusRequest(id=f"id{number}", experiment=EXPERIMENT, run="L1B_rank4", at=AT, **wish)  # type: ignore[arg-type]


def planned(root: Path, git: Git) -> Home:
    """A registry in this folder, with one committed experiment."""
    init(root)
    document = root / DOCUMENT
    document.parent.mkdir()
    document.write_text(SUMMARY)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "plan")
    return Home(root)


def ordinary(folder: Path, git: Git) -> Home:
    return planned(folder / "registry", git)


def subdirectory(folder: Path, git: Git) -> Home:
    (folder / "lab").mkdir()
    git(folder / "lab", "init", "--quiet")
    return planned(folder / "lab" / "some where" / "régistre", git)


def submodule(folder: Path, git: Git) -> Home:
    source = planned(folder / "source", git).root
    lab = folder / "lab"
    lab.mkdir()
    git(lab, "init", "--quiet")
    git(lab, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(source), "registry")
    git(lab, "commit", "--quiet", "-m", "with a registry")
    assert (lab / "registry" / ".git").is_file()
    return Home(lab / "registry")


def worktree(folder: Path, git: Git) -> Home:
    main = planned(folder / "registry", git).root
    git(main, "worktree", "add", "--quiet", "-b", "side", str(folder / "side"))
    return Home(folder / "side")


def separate_git_dir(folder: Path, git: Git) -> Home:
    root = folder / "registry"
    root.mkdir()
    git(root, "init", "--quiet", "--separate-git-dir", str(folder / "elsewhere.git"))
    return planned(root, git)


def sparse(folder: Path, git: Git) -> Home:
    home = planned(folder / "registry", git)
    (home.root / "big").mkdir()
    (home.root / "big" / "file").write_text("x")
    git(home.root, "add", ".")
    git(home.root, "commit", "--quiet", "-m", "big")
    git(home.root, "sparse-checkout", "set", "experiments")
    assert not (home.root / "big").exists()
    return home


PLACES = [ordinary, subdirectory, submodule, worktree, separate_git_dir, sparse]


@pytest.fixture(params=PLACES, ids=lambda make: make.__name__)
def place(request: pytest.FixtureRequest, tmp_path: Path, git: Git) -> Home:
    home: Home = request.param(tmp_path, git)
    return home


def shown(home: Home, git: Git, side: str) -> str:
    return git(home.root, "show", f"{side}:./{DOCUMENT}")


def test_a_status_and_the_seal_go_into_one_commit(place: Home, git: Git) -> None:
    done = apply(place, asked(1))
    assert done.commit == git(place.root, "rev-parse", "HEAD").strip()
    assert git(place.root, "status", "--porcelain") == ""
    names = git(place.root, "show", "--relative", "--format=", "--name-only", "-z").split("\0")
    assert sorted(filter(None, names)) == [DOCUMENT, f"experiments/{EXPERIMENT}/plan.seal"]
    assert "| L1B_rank4 | running |" in shown(place, git, "HEAD")


def test_what_is_staged_and_what_is_unfinished_stays_so(place: Home, git: Git) -> None:
    (place.root / DOCUMENT).write_text(SUMMARY + STAGED)
    git(place.root, "add", DOCUMENT)
    (place.root / DOCUMENT).write_text(SUMMARY + STAGED + UNFINISHED)
    apply(place, asked(1, status=None, note="x"))
    committed = shown(place, git, "HEAD")
    assert committed == SUMMARY.replace(
        "| L1B_rank4 | pending | - | - | - | - |", "| L1B_rank4 | pending | - | - | - | x |"
    )
    assert shown(place, git, "") == committed + STAGED
    assert (place.root / DOCUMENT).read_text() == committed + STAGED + UNFINISHED


@pytest.mark.parametrize("unfinished", ["", UNFINISHED])
@pytest.mark.parametrize("phase", ["prepared", "committed"])
def test_killed_around_its_commit_it_is_finished_or_undone(
    place: Home, git: Git, phase: str, unfinished: str
) -> None:
    (place.root / DOCUMENT).write_text(SUMMARY + unfinished)
    hook = Path(
        git(
            place.root, "rev-parse", "--path-format=absolute", "--git-path", "hooks/reference-transaction"
        ).strip()
    )
    hook.parent.mkdir(exist_ok=True, parents=True)
    hook.write_text(f"#!/bin/sh\n[ $1 = {phase} ] && kill -9 $(ps -o ppid= -p $PPID) $PPID\nexit 0\n")
    hook.chmod(0o755)
    words = ["status", "set", EXPERIMENT, "L1B_rank4", "--note", "x"]
    killed = subprocess.run(
        [sys.executable, "-m", "ckreg", "-C", str(place.root), *words], capture_output=True, check=False
    )
    assert killed.returncode == -9
    hook.unlink()
    apply(place, asked(2, task="cap", epoch="0"))
    rows = parse(shown(place, git, "HEAD"))
    assert (rows.fine_tuning[0].notes, rows.evaluations[0].status) == ("x", "running")
    assert (place.root / DOCUMENT).read_text() == shown(place, git, "HEAD") + unfinished
    assert shown(place, git, "") == shown(place, git, "HEAD")
    assert git(place.root, "fsck", "--no-dangling") == ""


def test_an_experiment_that_is_not_checked_out_is_named(tmp_path: Path, git: Git) -> None:
    home = sparse(tmp_path, git)
    git(home.root, "sparse-checkout", "set", "big")
    assert not (home.root / DOCUMENT).exists()
    with pytest.raises(NotFoundError):
        apply(home, asked(1))
    assert git(home.root, "status", "--porcelain") == ""


ENDINGS = {
    "autocrlf": ("config", "core.autocrlf", "true"),
    "autocrlf and safecrlf": ("config", "core.safecrlf", "true"),
    "autocrlf input": ("config", "core.autocrlf", "input"),
    "eol=crlf": (),
    "filter": ("config", "filter.shout.clean", "tr a-y A-Y"),
}


@pytest.fixture(params=ENDINGS)
def ended(request: pytest.FixtureRequest, tmp_path: Path, git: Git) -> Home:
    """A registry whose files lie otherwise in the folder than in git."""
    root = tmp_path / "registry"
    root.mkdir()
    git(root, "init", "--quiet")
    if request.param == "autocrlf and safecrlf":
        git(root, *ENDINGS["autocrlf"])
    if ENDINGS[request.param]:
        git(root, *ENDINGS[request.param])
    attribute = {"eol=crlf": "*.md text eol=crlf\n", "filter": "*.log filter=shout\n"}.get(request.param, "")
    home = planned(root, git) if request.param != "autocrlf and safecrlf" else _planned_leniently(root, git)
    if attribute:
        (root / ".gitattributes").write_text((root / ".gitattributes").read_text() + attribute)
        git(root, "add", ".")
        git(root, "commit", "--quiet", "-m", "attributes")
    for path in (root / "experiments").rglob("*.md"):
        path.unlink()
    git(root, "checkout", "--", ".")
    assert git(root, "status", "--porcelain") == ""
    return home


def _planned_leniently(root: Path, git: Git) -> Home:
    git(root, "config", "core.safecrlf", "false")
    home = planned(root, git)
    git(root, "config", "core.safecrlf", "true")
    return home


def test_line_endings_and_filters_stay(ended: Home, git: Git) -> None:
    ending = b"\r\n" if b"\r\n" in (ended.root / DOCUMENT).read_bytes() else b"\n"
    apply(ended, asked(1))
    assert git(ended.root, "status", "--porcelain") == ""
    blob = subprocess.run(
        ["git", "-C", str(ended.root), "cat-file", "blob", f"HEAD:{DOCUMENT}"],
        capture_output=True,
        check=True,
    ).stdout
    assert b"\r" not in blob
    assert blob.replace(b"\n", ending) == (ended.root / DOCUMENT).read_bytes()


def test_beside_an_unfinished_file_the_others_keep_their_endings(ended: Home, git: Git) -> None:
    log = f"experiments/{EXPERIMENT}/design-experiment.log"
    commit_edits(ended, {log: lambda _: "one\ntwo\n", DOCUMENT: lambda old: old or ""}, "log\n")
    assert git(ended.root, "status", "--porcelain") == ""
    with (ended.root / DOCUMENT).open("ab") as file:
        file.write(b"unfinished")
    edits = {
        log: lambda old: (old or "") + "three\n",
        DOCUMENT: lambda old: (old or "").replace("None.", "Some."),
    }
    commit_edits(ended, edits, "both\n")
    assert git(ended.root, "status", "--porcelain") == f" M {DOCUMENT}\n"
    assert git(ended.root, "show", f"HEAD:{log}").lower() == "one\ntwo\nthree\n"
    assert "Some." in shown(ended, git, "HEAD")
    assert "unfinished" not in shown(ended, git, "HEAD")


SETTINGS = {
    "commit.template": "/nonexistent",
    "commit.cleanup": "strip",
    "commit.verbose": "true",
    "commit.gpgsign": "true",
    "gpg.program": "false",
    "log.showSignature": "true",
    "log.follow": "true",
    "trailer.separators": "#",
    "trailer.ckreg-status.ifexists": "doNothing",
    "i18n.commitEncoding": "ISO-8859-1",
    "i18n.logOutputEncoding": "ISO-8859-1",
    "color.ui": "always",
    "color.status": "always",
    "core.editor": "false",
    "core.pager": "false",
    "core.quotePath": "true",
    "core.commentChar": "C",
    "core.fsmonitor": "false-monitor",
    "core.untrackedCache": "true",
    "core.splitIndex": "true",
    "status.short": "true",
    "status.branch": "true",
    "status.relativePaths": "false",
    "status.showUntrackedFiles": "no",
    "status.showStash": "true",
    "status.renames": "copies",
    "diff.noprefix": "true",
    "diff.external": "false",
    "diff.renames": "copies",
    "alias.commit": "!false",
    "alias.status": "!false",
    "init.defaultBranch": "trünk",
    "index.version": "4",
    "push.default": "nothing",
}


def test_a_person_s_settings_change_nothing(tmp_path: Path, git: Git) -> None:
    home = ordinary(tmp_path, git)
    root = home.root
    for key, value in SETTINGS.items():
        git(tmp_path, "config", "--global", key, value)
    init(tmp_path / "another")
    apply(home, asked(1, evidence="Zoë"))
    (root / DOCUMENT).write_text((root / DOCUMENT).read_text() + UNFINISHED)
    apply(home, asked(2, note="# C still none"))
    apply(home, asked(2, note="# C still none"))
    (Path.home() / ".gitconfig").write_text("")
    assert git(tmp_path / "another", "status", "--porcelain") == ""
    assert git(tmp_path / "another", "symbolic-ref", "HEAD") == "refs/heads/trünk\n"
    told = git(root, "log", "--format=%s|%(trailers:key=Ckreg-Status,valueonly)", "-2")
    assert [line.split("|")[0] for line in told.split("\n") if line.startswith("status")] == [
        f"status: {EXPERIMENT} L1B_rank4 Notes",
        f"status: {EXPERIMENT} L1B_rank4 pending -> running",
    ]
    assert git(root, "status", "--porcelain") == f" M {DOCUMENT}\n"
    assert "Zoë" in git(root, "log", "--format=%B")


def test_a_reason_that_looks_like_a_comment_stays_in_the_message(tmp_path: Path, git: Git) -> None:
    home = ordinary(tmp_path, git)
    seal_experiment(home, EXPERIMENT)
    git(home.root, "config", "commit.cleanup", "strip")
    (home.root / DOCUMENT).write_text(SUMMARY.replace("selective", "all of them"))
    amend_experiment(home, EXPERIMENT, Amendment(), "# not a comment")
    assert (
        git(home.root, "log", "-1", "--format=%(trailers:key=Ckreg-Amend,valueonly)") == "# not a comment\n\n"
    )


VARIABLES = {
    "GIT_DIR": "/nonexistent/.git",
    "GIT_WORK_TREE": "/nonexistent",
    "GIT_INDEX_FILE": "/nonexistent/index",
    "GIT_OBJECT_DIRECTORY": "/nonexistent/objects",
    "GIT_PREFIX": "elsewhere/",
    "GIT_EDITOR": "false",
    "GIT_PAGER": "false",
    "GIT_EXTERNAL_DIFF": "false",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_NOGLOB_PATHSPECS": "1",
    "GIT_REFLOG_ACTION": "hook",
    "GIT_NAMESPACE": "elsewhere",
}


@pytest.mark.parametrize("unfinished", ["", UNFINISHED])
def test_variables_of_a_hook_lead_nowhere_else(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, unfinished: str
) -> None:
    home = ordinary(tmp_path, git)
    (home.root / DOCUMENT).write_text(SUMMARY + unfinished)
    with monkeypatch.context() as set_:
        for name, value in VARIABLES.items():
            set_.setenv(name, value)
        assert apply(home, asked(1)).commit
    assert git(home.root, "status", "--porcelain") == (f" M {DOCUMENT}\n" if unfinished else "")


def test_a_registry_in_a_repository_without_commits(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "trünk/1")
    (tmp_path / "mine.txt").write_text("not yet\n")
    git(tmp_path, "add", "mine.txt")
    init(tmp_path)
    assert git(tmp_path, "status", "--porcelain") == "A  mine.txt\n"
    assert git(tmp_path, "symbolic-ref", "HEAD") == "refs/heads/trünk/1\n"
