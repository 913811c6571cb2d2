"""Several people in one clone: real accounts, each with their own umask, git identity and home."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import ckreg
from tests.documents import EXPERIMENT, SUMMARY

ADA, BOB, EVE = 12001, 12002, 12003
LAB, OTHERS = 12100, 12300

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several people")

COUNT = """
import sys
from pathlib import Path
from ckreg.adapters.tree import Home, locked
counter = Path(sys.argv[1], "counter")
for _ in range(20):
    with locked(Home(Path(sys.argv[1])), timeout_seconds=60):
        counter.write_text(str(int(counter.read_text()) + 1))
"""


class Person(NamedTuple):
    """Somebody who works here: an account, its group, and an interpreter that it may run."""

    uid: int
    gid: int
    home: Path
    python: str

    def start(self, *words: str) -> subprocess.Popen[str]:
        path = os.pathsep.join(
            [str(Path(ckreg.__file__).parents[1]), *(p for p in sys.path if "site-pack" in p)]
        )
        kept = {"PATH": os.environ["PATH"], "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C.UTF-8"}
        return subprocess.Popen(
            words,
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            umask=0o022,
            cwd="/",
            env=kept | {"HOME": str(self.home), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        process = self.start(*words)
        out, _ = process.communicate(timeout=60)
        return process.returncode, out

    def ckreg(self, *words: str) -> tuple[int, str]:
        return self.run(self.python, "-m", "ckreg", *words)


def _person(folder: Path, uid: int, gid: int) -> Person:
    home = folder / f"home{uid}"
    home.mkdir()
    home.joinpath(".gitconfig").write_text(f"[user]\n\tname = P{uid}\n\temail = p{uid}@example.org\n")
    os.chown(home, uid, gid)
    for python in (sys.executable, "/usr/bin/python3"):
        person = Person(uid, gid, home, python)
        try:
            if person.run(python, "-c", "import ckreg.cli.main, filelock, tempfile, subprocess")[0] == 0:
                return person
        except OSError:
            continue
    pytest.skip("no interpreter here that other accounts may run")


class Place(NamedTuple):
    """A clone, and the people around it."""

    root: Path
    ada: Person
    bob: Person
    eve: Person


@pytest.fixture(params=["flock ext4", "link nfs4"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A registry that Ada made for her lab, with one experiment; once on a local, once on a network disk."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # pytest's own folders are closed to others
    try:
        folder.chmod(0o755)
        people = (_person(folder, uid, gid) for uid, gid in ((ADA, LAB), (BOB, LAB), (EVE, OTHERS)))
        at = Place(folder / "registry", *people)
        at.root.mkdir()
        os.chown(at.root, ADA, LAB)
        code, said = at.ada.ckreg("init", "--shared", str(at.root))
        assert code == 0, said
        (at.root / ".ckreg" / "lock").unlink()
        (at.root / ".ckreg" / "lock.kind").write_text(f"{request.param}\n")
        document = folder / "summary.md"
        document.write_text(SUMMARY)
        experiment = at.root / "experiments" / EXPERIMENT
        for words in (
            ("mkdir", str(experiment)),
            ("chmod", "g+w", str(experiment)),
            ("cp", str(document), str(experiment / "experiment_summary.md")),
            ("git", "-C", str(at.root), "add", "."),
            ("git", "-C", str(at.root), "commit", "-q", "-m", "plan"),
        ):
            assert at.ada.run(*words) == (0, "")
        at.bob.run("git", "config", "--global", "--add", "safe.directory", str(at.root))
        yield at
    finally:
        shutil.rmtree(folder)


def _set(place: Place, person: Person, run: str, *words: str) -> tuple[int, str]:
    return person.ckreg("-C", str(place.root), "status", "set", EXPERIMENT, run, *words)


def test_each_commits_as_themselves(place: Place) -> None:
    assert place.ada.run("git", "-C", str(place.root), "commit", "-q", "--allow-empty", "-m", "by hand") == (
        0,
        "",
    )
    for person, run in ((place.ada, "L1B_rank4"), (place.bob, "L1B_rank64"), (place.ada, "L1B_rank64")):
        status = "completed" if (person, run) == (place.ada, "L1B_rank64") else "running"
        code, said = _set(place, person, run, "--status", status)
        assert code == 0, said
    _, log = place.ada.run("git", "-C", str(place.root), "log", "--format=%an", "-3")
    assert log.split() == [f"P{ADA}", f"P{BOB}", f"P{ADA}"]
    assert place.bob.run("git", "-C", str(place.root), "status", "--porcelain") == (0, "")
    assert place.bob.run("git", "-C", str(place.root), "fsck")[0] == 0


def test_what_waits_is_the_groups_and_nobody_elses(place: Place) -> None:
    (place.root / ".git" / "MERGE_HEAD").write_text("x")  # so that requests wait
    assert _set(place, place.bob, "L1B_rank4", "--status", "running")[0] == 5
    (request,) = (place.root / ".ckreg" / "spool").glob("*.json")
    for path in (place.root / ".ckreg", request.parent, request):
        found = path.stat()
        assert found.st_gid == LAB
        assert found.st_mode & stat.S_IRWXO == 0
        assert found.st_mode & stat.S_IWGRP
    (place.root / ".git" / "MERGE_HEAD").unlink()
    assert _set(place, place.ada, "L1B_rank64", "--status", "running")[0] == 0
    assert not list(request.parent.glob("*.json"))
    _, told = place.ada.ckreg("-C", str(place.root), "status", "show", EXPERIMENT)
    assert told.count("running") >= 2


def test_an_outsider_reads_and_writes_nothing_of_it(place: Place) -> None:
    place.eve.run("git", "config", "--global", "--add", "safe.directory", str(place.root))
    before = subprocess.run(
        ["git", "-C", place.root, "-c", "safe.directory=*", "rev-parse", "HEAD"], check=False
    )
    code, said = _set(place, place.eve, "L1B_rank4", "--status", "running")
    assert code == 6, said
    assert "Permission denied" in said
    assert place.eve.run("ls", str(place.root / ".ckreg"))[0] != 0
    assert before.returncode == 0


def test_who_may_only_read_asks_a_cache_of_their_own(place: Place) -> None:
    """With what the logs told of runs, where the group's cache is open to them: that stands there alone."""
    root, state = str(place.root), place.root / ".ckreg"
    place.eve.run("git", "config", "--global", "--add", "safe.directory", root)
    log = place.root.parent / "slurm-7.out"
    log.write_text("Killed\n")
    assert place.ada.ckreg("-C", root, "index", str(log))[0] == 0
    asked = ("-C", root, "query", "SELECT count(*) AS n FROM", "--jsonl")
    for mode, logs in ((0o755, 1), (0o750, 0)):
        state.chmod(mode)
        (state / "cache.db").chmod(0o644)
        for table, number in (("runs", 3), ("commits", 1), ("logs", logs)):
            words = [f"{word} {table}" if word.endswith("FROM") else word for word in asked]
            assert place.eve.ckreg(*words) == (0, f'{{"n": {number}}}\n')
        assert place.eve.ckreg("-C", root, "history")[0] == 0


def test_the_lock_excludes_people(place: Place) -> None:
    counter = place.root / "counter"
    counter.write_text("0")
    counter.chmod(0o666)
    script = place.root.parent / "count.py"
    script.write_text(COUNT)
    counting = [
        person.start(person.python, str(script), str(place.root))
        for person in (place.ada, place.bob, place.ada, place.bob)
    ]
    said = [process.communicate(timeout=60)[0] for process in counting]
    assert said == ["", "", "", ""]
    assert counter.read_text() == "80"


def test_dubious_ownership_is_explained(place: Place) -> None:
    place.bob.home.joinpath(".gitconfig").write_text("[user]\n\tname = Bob\n\temail = b@example.org\n")
    remedy = f"git config --global --add safe.directory {place.root}"
    code, said = place.bob.ckreg("-C", str(place.root), "doctor", "--json")
    assert code == 1
    assert remedy in said
    code, said = _set(place, place.bob, "L1B_rank4", "--status", "running")
    assert code == 6
    assert remedy in said


@pytest.mark.slow
def test_doctor_mends_the_groups_clone(place: Place) -> None:
    assert place.bob.ckreg("-C", str(place.root), "query", "SELECT 1")[0] == 0  # makes the cache
    assert place.ada.ckreg("-C", str(place.root), "query", "SELECT 1")[0] == 0
    (place.root / "experiments" / EXPERIMENT).chmod(0o755)
    _, said = place.ada.ckreg("-C", str(place.root), "doctor", "--fix")
    assert "Opened the clone's files to its group" in said
    assert "✓ modes" in said
    assert "! umask" in said
    assert stat.S_IMODE((place.root / "experiments" / EXPERIMENT).stat().st_mode) == 0o2775
