"""`ckreg index --jobs` and `--slurm` as people call them, with an `sbatch` that runs the tasks at once."""

import json
import os
import sys
from pathlib import Path

import pytest

from ckreg.adapters.cache import known_roots
from ckreg.adapters.tree import Home
from tests.cli.calls import Caller
from tests.logs import BUNDLED, copied

_SBATCH = """#!/bin/bash
for word; do case $word in
  --array=*) last=${word##*[=-]} ;;
  --output=*) log=${word#--output=} ;;
esac; done
for task in $(seq 0 "$last"); do
  SLURM_ARRAY_TASK_ID=$task bash "${@: -1}" > "${log//%a/$task}" 2>&1
done
echo 77
"""


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in {"sbatch": _SBATCH, "squeue": "#!/bin/sh\n", "scontrol": "#!/bin/sh\n"}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def measured(call: Caller) -> object:
    return json.loads(call("query", "SELECT * FROM measurements ORDER BY log_path", "--json").out)


def test_jobs_change_nothing_but_the_time(call: Caller, home: Home) -> None:
    assert "7 read" in call("index", str(BUNDLED), "--jobs", "3").out
    several = measured(call)
    (home.state / "cache.db").unlink()
    assert "7 read" in call("index", str(BUNDLED), "--jobs", "1").out
    assert measured(call) == several
    assert call("index", "--jobs", "0").code == 2


@pytest.mark.usefixtures("slurm")
def test_send_wait_and_take_in(call: Caller, home: Home) -> None:
    call("index", str(BUNDLED))
    here = measured(call)
    (home.state / "cache.db").unlink()
    said = call("index", str(BUNDLED), "--slurm", "3", "--wait", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert (told["read"], told["by_tasks"], told["left"], told["task_notes"]) == (7, 7, 0, [])
    assert measured(call) == here
    assert not (home.state / "index").exists()


@pytest.mark.usefixtures("slurm")
def test_send_now_and_take_in_later(call: Caller, home: Home, tmp_path: Path) -> None:
    scratch = copied(tmp_path / "a b'c$(touch x)%a")
    said = call("index", str(scratch), "--slurm", "2")
    assert said.code == 0, said.err
    assert said.out == "7 logs left to job 77; `ckreg index` takes in what it reads.\n"
    assert known_roots(home) == (scratch,)
    said = call("index")
    assert "7 of them were read by tasks of a job." in said.out
    said = call("index", "--slurm", "2", "--json")
    assert json.loads(said.out)["job"] is None
    assert "0 logs of 0 B to read, 7 unchanged." in said.err


def test_a_dry_run_shows_call_and_script(
    call: Caller, home: Home, slurm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (slurm / "sbatch").write_text("#!/bin/sh\ntouch called\n")
    monkeypatch.setenv("CKREG_PARTITION", "cpu")
    monkeypatch.setenv("CKREG_ACCOUNT", "lab")
    said = call("index", str(BUNDLED), "--slurm", "2", "--dry-run")
    assert said.code == 0, said.err
    first, empty, *script = said.out.splitlines()
    assert first.startswith("sbatch --parsable --job-name=ckreg-index.")
    assert "--array=0-1" in first
    assert empty == ""
    assert script[0] == "#!/bin/bash"
    assert {"#SBATCH --account=lab", "#SBATCH --partition=cpu", "#SBATCH --time=10"} <= set(script)
    assert f"{sys.executable} -P -m ckreg -C {home.root} index --shard {home.state}/index/" in script[-1]
    assert not (home.state / "index").exists()
    assert known_roots(home) == ()
    told = json.loads(call("index", str(BUNDLED), "--slurm", "2", "--dry-run", "--json").out)
    assert set(told) == {"tasks", "logs", "size", "unchanged", "left", "minutes", "call", "script"}
    monkeypatch.setenv("CKREG_PARTITION", "cpu #SBATCH --wrap=x")
    assert call("index", str(BUNDLED), "--slurm", "2", "--dry-run").code == 4


def test_a_machine_without_slurm_has_processes(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKREG_SCHEDULER", "local")
    said = call("index", str(BUNDLED), "--slurm", "3")
    assert said.code == 4
    assert "`ckreg index --jobs 3`" in said.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--dry-run",), 2),
        (("--slurm", "2", "--full"), 2),
        (("--slurm", "2", "--keep"), 2),
        (("--slurm", "0"), 2),
        (("--slurm", "2"), 2),  # nowhere to look
        (("--slurm", "2", "/nowhere"), 3),
        (("--shard", "ckreg.toml"), 4),
    ],
)
def test_what_makes_no_sense(call: Caller, words: tuple[str, ...], code: int) -> None:
    assert call("index", *words).code == code
