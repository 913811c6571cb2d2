"""`ckreg schema`, and that what every command prints with --json is what its schema says."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from ckreg.adapters.tree import Home
from ckreg.cli.answered import commands
from ckreg.cli.main import ckreg
from ckreg.commands.schema import ALONE
from tests.cli.calls import Caller, hold
from tests.core.spec.helpers import sound
from tests.stand_ins import StandIn

NAME = "words_lora_comparison_2025-10-22"
RUN = "Llama-3.2-1B-Instruct_rank4"
OTHER = "Llama-3.2-1B-Instruct_rank64"
ESTIMATE = (
    "estimate",
    "--model",
    "M",
    "--recipe",
    "lora_finetune_single_device",
    "--samples",
    "80",
    "--json",
)
# Calls in the order of an experiment's life; every command with --json is among them.
CALLS = [
    ("init", ".", "--dry-run", "--json"),
    ("init", ".", "--json"),
    ("hooks", "install", "--dry-run", "--json"),
    ("hooks", "install", "--json"),
    ("config", "--json"),
    ("config", "scratch_dir", "--json"),
    ("doctor", "--break-lock", "--yes", "--json"),
    ("index", "--json"),
    ESTIMATE,
    (*ESTIMATE, "--explain"),
    ("estimate", "--score", "--json"),
    ("design", "--spec", "spec.json", "--dry-run", "--json"),
    ("design", "--spec", "spec.json", "--yes", "--json"),
    ("verify", NAME, "--json"),
    ("check", "--json"),
    ("check", "--fix", "--dry-run", "--json"),
    ("list", "--json"),
    ("show", NAME, "--json"),
    ("query", "--json"),
    ("query", "SELECT * FROM runs", "--json"),
    ("seal", NAME, "--dry-run", "--json"),
    ("scaffold", NAME, "--dry-run", "--json"),
    ("scaffold", NAME, "--json"),
    ("submit", NAME, "--dry-run", "--json"),
    ("submit", NAME, RUN, "--yes", "--json"),
    ("seal", NAME, "--json"),
    ("watch", NAME, "--json"),
    ("status", "sync", NAME, "--json"),
    ("cancel", NAME, "--dry-run", "--json"),
    ("status", "set", NAME, OTHER, "--status", "running", "--dry-run", "--json"),
    ("status", "set", NAME, OTHER, "--status", "running", "--json"),
    ("status", "set", NAME, OTHER, "--status", "failed", "--spool", "--json"),
    ("status", "flush", "--dry-run", "--json"),
    ("status", "flush", "--json"),
    ("status", "set", "--from-json", "changes.jsonl", "--json"),
    ("status", "show", NAME, "--json"),
    ("status", "show", "--json"),
    ("logs", NAME, RUN, "--json"),
    ("retry", NAME, "--dry-run", "--json"),
    ("amend", NAME, "--reason", "shorter", "--set", "seed=14", "--dry-run", "--json"),
    ("amend", NAME, "--reason", "shorter", "--set", "seed=14", "--json"),
    ("drift", NAME, "--json"),
    ("diff", NAME, "HEAD~3", "--json"),
    ("history", NAME, "--json"),
    ("compare", NAME, "--estimates", "--json"),
    ("runs", "--json"),
    ("find", "accuracy", "--json"),
    ("results", NAME, "--json"),
    ("site", "--json"),
    ("--json",),
    ("clean", NAME, "--dry-run", "--json"),
    ("hooks", "uninstall", "--json"),
    ("schema", "--json"),
    ("skill", "install", "--json"),
    ("skill", "uninstall", "--json"),
]


def with_json(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[str]:
    """The commands that have --json, by name."""
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            part = command.get_command(click.Context(command), name)
            assert part is not None
            yield from with_json(part, (*names, name))
    elif any(parameter.name == "as_json" for parameter in command.params):
        yield " ".join(names)


def test_every_command_with_json_has_a_schema() -> None:
    assert sorted([ALONE, *with_json(ckreg)]) == commands()


@pytest.fixture
def outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Caller:
    """A caller in a folder that is no registry."""
    return Caller(tmp_path, capsys)


def test_the_names_are_listed(outside: Caller) -> None:
    assert outside("schema").out.split("\n")[:3] == ["spec", "summary", "amend"]
    assert json.loads(outside("schema", "--json").out) == ["spec", "summary", *commands()]


def test_every_schema_is_one(outside: Caller) -> None:
    for name in ("spec", "summary", *commands()):
        schema = json.loads(outside("schema", *name.split()).out)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", name
        Draft202012Validator.check_schema(schema)


def test_a_name_that_there_is_not(outside: Caller) -> None:
    said = outside("schema", "\x1b[2Jwatches")
    assert (said.code, said.out) == (3, "")
    assert "\x1b" not in said.err
    assert "`ckreg schema` lists those that have one." in said.err


def test_the_summary_is_what_show_reads(call: Caller, home: Home) -> None:
    [name] = home.experiment_names()
    shown = json.loads(call("show", name, "--json").out)["summary"]
    Draft202012Validator(json.loads(call("schema", "summary").out)).validate(shown)


@pytest.mark.slow  # fifty calls, the whole life of an experiment
def test_what_every_command_prints_is_what_its_schema_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    StandIn(tmp_path / "bin", monkeypatch)
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    call = lay_out(tmp_path / "registry", capsys)
    held = set()
    for words in CALLS:
        if words[0] == "logs":
            leave_a_log(tmp_path)
        said = call(*words)
        assert said.code in {0, 1}, (words, said.err)
        held.add(hold(words, said.out))
    assert sorted(held) == commands()


def lay_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> Caller:
    """A folder with a spec and with changes of a status, which `init` makes a registry."""
    folder.mkdir()
    (folder / "spec.json").write_text(json.dumps(sound() | {"task": "words"}))
    change = {"experiment": NAME, "run": OTHER, "status": "pending", "note": "again"}
    (folder / "changes.jsonl").write_text(json.dumps(change) + "\n")
    return Caller(folder, capsys)


def leave_a_log(place: Path) -> None:
    folder = place / "scratch" / NAME / f"ck-out-{RUN}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "slurm-101.out").write_text("it begins\n")
