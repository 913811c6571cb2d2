"""`ckreg mcp`, driven by the official client: over standard input and output, and in this process."""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ckreg.adapters.tree import Home
from tests.core.spec.helpers import sound
from tests.documents import EXPERIMENT
from tests.experiments import NAME, plan
from tests.stand_ins import StandIn

anyio = pytest.importorskip("anyio")
pytest.importorskip("mcp")

from mcp.client.client import Client  # noqa: E402  # where it is installed
from mcp.client.stdio import StdioServerParameters, stdio_client  # noqa: E402

from ckreg.cli.mcp.reading import READING  # noqa: E402
from ckreg.cli.mcp.server import server_of  # noqa: E402

READ = {
    "spec_schema", "list_experiments", "show_experiment", "show_status", "list_tables", "query", "runs",
    "find", "results", "estimate", "check", "history", "logs",
}  # fmt: skip
WRITE = {"design", "set_status", "sync_status", "amend", "scaffold", "submit", "retry"}
RUN = "L1B_rank4"
DESIGNED = "words_lora_comparison_2025-10-22"

Call = Callable[..., Awaitable[Any]]


def talk(target: Any, talking: Callable[[Client, Call], Awaitable[None]]) -> None:  # noqa: ANN401
    """Connect, and hold every answer against the schema that its tool has told."""

    async def main() -> None:
        async with Client(target) as client:
            schemas = {tool.name: tool.output_schema or {} for tool in (await client.list_tools()).tools}

            async def call(name: str, **asked: object) -> Any:  # noqa: ANN401  # JSON
                done: Any = await client.call_tool(name, asked)
                if done.is_error:
                    return json.loads(done.content[0].text)
                Draft202012Validator(schemas[name]).validate(done.structured_content)
                assert json.loads(done.content[0].text) == done.structured_content
                return done.structured_content

            await talking(client, call)

    anyio.run(main)


def over_stdio(home: Home, *words: str) -> Any:  # noqa: ANN401  # what `Client` takes
    words = ("-m", "ckreg", "-C", str(home.root), "mcp", *words)
    return stdio_client(StdioServerParameters(command=sys.executable, args=list(words), env=dict(os.environ)))


@pytest.mark.slow  # a process and MCP's library in it
def test_over_standard_input_and_output(home: Home, git: Callable[..., str]) -> None:
    async def talking(client: Client, call: Call) -> None:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools if tool.annotations.read_only_hint} == READ  # type: ignore[union-attr]
        assert {tool.name for tool in tools} == READ | WRITE
        assert (await call("list_experiments"))["result"][0]["experiment"] == EXPERIMENT
        status = await call("set_status", experiment=EXPERIMENT, run=RUN, status="running", confirm=True)
        assert (status["to"], status["committed"]) == ("running", True)
        assert git(home.root, "rev-parse", "HEAD").strip() == status["commit"]

    talk(over_stdio(home, "--allow-writes"), talking)


def test_without_its_library_it_says_what_to_install(home: Home) -> None:
    script = (
        "import sys; sys.modules['mcp'] = None; from ckreg.cli.main import main;"
        f"sys.exit(main(['-C', {str(home.root)!r}, 'mcp']))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (6, "")
    assert "pip install 'ckreg[mcp]'" in done.stderr


def test_what_is_read(home: Home) -> None:
    async def talking(_client: Client, call: Call) -> None:
        assert (await call("show_experiment", experiment=EXPERIMENT[:6]))["summary"]["fine_tuning"]
        assert (await call("show_status"))["result"][0]["experiment"] == EXPERIMENT
        tables = {table["name"] for table in (await call("list_tables"))["result"]}
        assert {"runs", "run_overview"} <= tables
        rows = await call("query", sql="SELECT name FROM experiments")
        assert rows == {"result": [{"name": EXPERIMENT}]}
        found = await call("runs", experiments=[EXPERIMENT], statuses=["pending"], columns=["run_name"])
        assert {"run_name": RUN} in found["result"]
        assert "result" in await call("find", text="rank")
        assert (await call("results", experiment=EXPERIMENT))["results"] == []
        assert (await call("estimate", model="M", recipe="full", samples=80))["preliminary"] is True
        assert (await call("check", experiment=EXPERIMENT))["result"] is not None
        assert (await call("history"))["result"] is not None
        assert (await call("spec_schema"))["type"] == "object"

    talk(server_of(home, allow_writes=False), talking)


@pytest.mark.parametrize(
    ("name", "asked", "code", "told"),
    [
        ("show_experiment", {"experiment": "nope"}, 3, "has no experiment 'nope'"),
        ("show_experiment", {}, 2, "'experiment' is a required property"),
        ("show_experiment", {"experiment": 5}, 2, "5 is not of type 'string'"),
        ("list_experiments", {"until": "now"}, 2, "'until' was unexpected"),
        ("query", {"sql": "DELETE FROM runs"}, 4, ""),
        ("estimate", {"model": "M", "recipe": "r", "samples": -1}, 2, "samples is -1"),
        ("logs", {"experiment": EXPERIMENT, "run": "../../etc"}, 3, "../../etc"),
        ("design", {"spec": {"task": "x"}}, 7, "faults"),
        ("nonsense\x1b[2J", {}, 2, "There is no tool"),
    ],
)
def test_what_cannot_be_is_an_error_with_its_exit_code(
    home: Home, name: str, asked: Mapping[str, object], code: int, told: str
) -> None:
    async def talking(_client: Client, call: Call) -> None:
        error = await call(name, **asked)
        assert (error["exit_code"], told in error["error"]) == (code, True), error

    talk(server_of(home, allow_writes=False), talking)


def test_without_leave_nothing_is_written(home: Home, git: Callable[..., str]) -> None:
    before = git(home.root, "rev-parse", "HEAD")
    asked = {"experiment": EXPERIMENT, "run": RUN, "status": "running"}

    async def talking(_client: Client, call: Call) -> None:
        dry = await call("set_status", **asked)
        assert "| running |" in dry["files"][0]["after"]
        error = await call("set_status", **asked, confirm=True)
        assert (error["exit_code"], "--allow-writes" in error["error"]) == (4, True)

    talk(server_of(home, allow_writes=False), talking)
    assert git(home.root, "rev-parse", "HEAD") == before
    assert git(home.root, "status", "--porcelain") == ""


def test_from_a_spec_to_files(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path / "scratch"))
    spec = sound() | {"task": "words"}

    async def talking(_client: Client, call: Call) -> None:
        planned = await call("design", spec=spec)
        assert set(planned["files"]) >= {"experiment_summary.md", "spec.yaml"}
        assert not (home.experiments / DESIGNED).exists()
        assert (await call("design", spec=spec, confirm=True))["committed"] is True
        assert (await call("scaffold", experiment=DESIGNED))["changed"] is False
        assert (await call("scaffold", experiment=DESIGNED, confirm=True))["changed"] is True
        amended = await call("amend", experiment=DESIGNED, reason="more", set={"lora_rank": "4,8,64"})
        assert (amended["changed"], len(amended["changes"]) > 0) == (False, True)

    talk(server_of(home, allow_writes=True), talking)


def test_jobs_are_sent_only_when_confirmed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slurm = StandIn(tmp_path / "bin", monkeypatch)
    slurm.says("sacct", "")
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path / "scratch"))
    plan(home, {"a": "true"}, (), "#SBATCH --time=5\n", logs=tmp_path / "scratch")

    async def talking(_client: Client, call: Call) -> None:
        assert (await call("submit", experiment=NAME))["jobs"] == 1
        assert slurm.called("sbatch") == []
        assert [job["job"] for job in (await call("submit", experiment=NAME, confirm=True))["jobs"]] == [
            "101"
        ]
        assert (await call("sync_status", experiment=NAME))["asked"] == 1
        note = {"status": "failed", "note": "TIMEOUT after 5 min"}
        await call("set_status", experiment=NAME, run="a", **note, confirm=True)
        assert (await call("retry", experiment=NAME))["retried"][0]["outcome"] == "timeout"
        assert len(slurm.called("sbatch")) == 1
        assert len((await call("retry", experiment=NAME, confirm=True))["jobs"]) == 1

    talk(server_of(home, allow_writes=True), talking)


def test_a_defect_does_not_end_the_server(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    async def talking(_client: Client, call: Call) -> None:
        assert (await call("broken"))["exit_code"] == 70
        assert (await call("list_experiments"))["result"]

    broken = READING[0]._replace(name="broken", call=lambda *_: 1 / 0)
    talk(server_of(home, allow_writes=False, offered=(broken, *READING)), talking)
    said = capsys.readouterr()
    assert (said.out, "ZeroDivisionError" in said.err) == ("", True)
