import importlib
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ckreg.adapters import spool
from ckreg.adapters.clock import now
from ckreg.adapters.tree import Home
from ckreg.cli.main import HIDDEN, VERBS, ckreg, main
from ckreg.core.status import StatusRequest
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT

ALL = [verb for group in VERBS.values() for verb in group]


@pytest.mark.parametrize("verb", ALL)
def test_each_verb_loads_and_its_help_has_an_example(verb: str) -> None:
    command: click.Command = importlib.import_module(f"ckreg.cli.verbs.{verb}").command
    parts = command.commands.values() if isinstance(command, click.Group) else [command]
    for part in parts:
        assert part.help
        assert "\b\nExample:\n" in inspect.cleandoc(part.help), part.name


def test_no_verb_is_left_out_of_the_help() -> None:
    folder = Path(importlib.import_module("ckreg.cli.verbs").__path__[0])
    files = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert files == {*ALL, *(verb.replace("-", "_") for verb in HIDDEN)}


def test_help_loads_no_verb_and_no_heavy_library() -> None:
    heavy = "git,sqlite_utils,jinja2,markdown_it,rich,ruamel,filelock,ckreg.commands,ckreg.core"
    script = (
        "import sys; from ckreg.cli.main import main; code = main(['--help']);"
        f"print(code, [name for name in '{heavy}'.split(',') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("0 []\n")


def test_a_mistyped_verb_is_suggested(call: Caller) -> None:
    said = call("statsu")
    assert (said.code, said.out) == (2, "")
    assert "no verb 'statsu'. Did you mean `status`?" in said.err


def test_outside_a_registry_the_way_in_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = Caller(tmp_path, capsys)
    assert "ckreg init" in outside().out
    said = outside("list")
    assert said.code == 3
    assert "no ckreg.toml here or above" in said.err


def test_alone_it_says_where_things_stand(call: Caller) -> None:
    said = call()
    assert said.code == 0
    assert "1 experiment; 6 pending." in said.out
    assert "ckreg status" in said.out


def test_alone_it_says_what_waits_in_the_spool(call: Caller, home: Home) -> None:
    spool.put(home, [StatusRequest(id="1", experiment=EXPERIMENT, run="L1B_rank4", at=now(), note="x")])
    said = call().out
    assert "uncommitted   1 status request, for " in said
    assert "ckreg status flush" in said


def test_alone_it_says_what_needs_attention_as_json_too(call: Caller) -> None:
    call("status", "set", EXPERIMENT, "L1B_rank4", "--status", "failed", "--note", "out of memory")
    told = json.loads(call("--json").out)
    assert told["statuses"] == {"pending": 5, "failed": 1}
    assert told["attention"] == [
        {
            "kind": "failed",
            "message": f"{EXPERIMENT}: L1B_rank4 (out of memory).",
            "command": f"ckreg retry {EXPERIMENT}",
            "experiment": EXPERIMENT,
        }
    ]
    assert [step["command"] for step in told["next"]] == ["ckreg status", "ckreg check"]


def test_json_before_a_verb_is_told_where_it_goes(call: Caller) -> None:
    said = call("--json", "list")
    assert (said.code, said.out) == (2, "")
    assert "`ckreg list ... --json`" in said.err


def test_outside_a_registry_json_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(Caller(tmp_path, capsys)("--json").out)
    assert (told["registry"], told["attention"]) == (None, [])


def test_a_defect_exits_with_70_and_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ckreg, "main", broken)
    assert main([]) == 70
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_ctrl_c_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ckreg, "main", interrupted)
    assert main([]) == 130


def test_a_reader_that_leaves_is_no_error() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m ckreg --help | true"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert done.stderr == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_call_without_its_streams_is_no_defect(closed: str, home: Home) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m ckreg history {closed}"],
        cwd=home.root,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)


def test_a_full_disk_behind_the_output_is_an_outside_failure() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ckreg", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        6,
        "ckreg: error: Writing the output: No space left on device.\n",
    )


def test_a_folder_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    said = Caller(Path("/nowhere"), capsys)("list")
    assert (said.code, said.err) == (
        3,
        "ckreg: error: /nowhere is not a folder. `ckreg -C DIR` takes one that is there.\n",
    )
