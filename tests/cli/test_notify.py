"""`status sync --notify`, with a command and a web server that take down what they are given."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ckreg.adapters import notifying
from ckreg.adapters.tree import Home
from ckreg.commands import status_sync
from ckreg.errors import UsageError
from tests.cli.calls import Caller
from tests.experiments import NAME, plan
from tests.stand_ins import StandIn

HEADER = "JobID|State|ExitCode|Submit|Start|End|ElapsedRaw|NodeList|JobName"
TIMES = "2026-11-23T10:00:00|2026-11-23T10:00:10|2026-11-23T10:02:10|120|n1"
NOTICE = f"1 failed in {NAME}\n\n{NAME}\n  a: pending -> failed (exit 3 after 2 min)\n\n0 jobs still open.\n"


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(tmp_path / "bin", monkeypatch)


@pytest.fixture
def call(empty: Home, tmp_path: Path, slurm: StandIn, capsys: pytest.CaptureFixture[str]) -> Caller:
    """A registry whose one job, 101, has just failed."""
    plan(empty, {"a": "true"}, logs=tmp_path / "scratch")
    call = Caller(empty.root, capsys)
    call("submit", NAME, "--yes")
    says(slurm, "FAILED|3:0")
    return call


def says(slurm: StandIn, state: str) -> None:
    name = slurm.called("sbatch")[0][3].partition("=")[2]
    slurm.says("sacct", f"{HEADER}\n101|{state}|{TIMES}|{name}\n")


@pytest.fixture
def mail(slurm: StandIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mail program on PATH that keeps its arguments and what it is given."""
    program = slurm.folder / "post"
    program.write_text('#!/bin/sh\ncd "${0%/*}"\nprintf "%s|" "$@" >> mailed\npwd >> where\ncat >> mailed\n')
    program.chmod(0o755)
    monkeypatch.setenv("CKREG_NOTIFY_COMMAND", "post -s {title} 'me and you'")
    return slurm.folder / "mailed"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, bytes]]]:
    """A web server on this machine: each request's path, content type and body."""
    taken: list[tuple[str, str, bytes]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.path, self.headers["Content-Type"], body))
            moved = self.path == "/moved"
            self.send_response(302 if moved else 500 if self.path == "/broken" else 200)
            if moved:
                self.send_header("Location", "/hook")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    with HTTPServer(("127.0.0.1", 0), Taking) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("CKREG_NOTIFY_WEBHOOK", f"http://127.0.0.1:{server.server_port}/hook")
        monkeypatch.setenv("no_proxy", "*")
        yield taken
        server.shutdown()
        thread.join()


def test_what_changed_is_mailed_once(call: Caller, mail: Path) -> None:
    said = call("status", "sync", NAME, "--notify")
    assert (said.code, "warning" in said.err) == (0, False)
    assert mail.read_text() == f"-s|1 failed in {NAME}|me and you|{NOTICE}"
    said = call("status", "sync", NAME, "--notify")
    assert said.code == 0
    assert mail.read_text().count(NOTICE) == 1  # nothing changed: nobody is told


def test_without_the_option_nobody_is_told(call: Caller, mail: Path) -> None:
    assert call("status", "sync", NAME).code == 0
    assert not mail.exists()


def test_what_changed_is_posted(call: Caller, hook: list[tuple[str, str, bytes]]) -> None:
    said = call("status", "sync", "--all", "--notify", "--json")
    told = json.loads(said.out)
    assert (told["notice"], told["not_sent"]) == (NOTICE, [])
    [(path, kind, body)] = hook
    assert (path, kind) == ("/hook", "application/json")
    assert json.loads(body) == {"text": f"```\n{NOTICE.replace('>', '&gt;')}```"}


def test_a_dry_run_shows_it(call: Caller, mail: Path) -> None:
    said = call("status", "sync", NAME, "--notify", "--dry-run")
    assert NOTICE in said.err
    assert not mail.exists()


@pytest.mark.parametrize("page", ["broken", "moved"])
def test_what_cannot_be_posted_is_a_warning_after_the_commit(
    call: Caller, hook: list[tuple[str, str, bytes]], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:

    monkeypatch.setenv("CKREG_NOTIFY_WEBHOOK", os.environ["CKREG_NOTIFY_WEBHOOK"].replace("hook", page))
    said = call("status", "sync", NAME, "--notify")
    assert said.code == 0
    assert (
        f"nobody was told: the webhook at 127.0.0.1 answered {500 if page == 'broken' else 302}." in said.err
    )
    assert [path for path, *_ in hook] == [f"/{page}"]
    assert "1 recorded in" in said.err


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("sh -c 'echo no route to host >&2; exit 3'", "sh failed: no route to host."),
        ("sh -c 'exit 3'", "sh failed: exit 3."),
        ("/nonexistent/mail me", "/nonexistent/mail cannot be run: No such file or directory."),
    ],
)
def test_a_command_that_fails_is_a_warning(
    call: Caller, monkeypatch: pytest.MonkeyPatch, command: str, why: str
) -> None:
    monkeypatch.setenv("CKREG_NOTIFY_COMMAND", command)
    said = call("status", "sync", NAME, "--notify")
    assert said.code == 0
    assert f"ckreg: warning: nobody was told: {why}" in said.err
    assert "1 recorded in" in said.err


def test_a_command_that_does_not_end_is_given_up() -> None:
    assert notifying.run(["sleep", "60"], "x", seconds=0.05) == "sleep did not end within 0.05 s"


def test_an_address_that_nobody_answers_is_named_without_its_secret() -> None:
    told = notifying.post("http://127.0.0.1:1/SECRET", {"text": "x"}, seconds=5)
    assert told is not None
    assert told.startswith("the webhook at 127.0.0.1 cannot be reached: ")
    assert "SECRET" not in told


@pytest.mark.parametrize(
    "url", ["http://chat.example.org/x", "file:///etc/passwd", "chat", "https://", "https://[x"]
)
def test_a_webhook_is_https(url: str) -> None:
    with pytest.raises(UsageError, match="notify_webhook"):
        notifying.checked_url(url)


@pytest.mark.parametrize("command", ["", "tools/mail me", "mail 'me", "./mail"])
def test_a_command_that_a_registry_could_mean_is_refused(command: str) -> None:
    with pytest.raises(UsageError, match="notify_command"):
        notifying.command_words(command)


def test_who_is_to_be_told_is_asked_before_anything_else(call: Caller, slurm: StandIn) -> None:
    before = len(slurm.calls)
    said = call("status", "sync", NAME, "--notify")
    assert said.code == 2
    assert "Set notify_command or notify_webhook in ~/.config/ckreg/config.toml" in said.err
    assert len(slurm.calls) == before


@pytest.mark.parametrize("name", ["ckreg.toml", "ckreg.local.toml"])
def test_a_registry_tells_nobody(call: Caller, tmp_path: Path, name: str) -> None:
    mine = tmp_path / "owned"
    with (call.folder / name).open("a") as file:
        file.write(f'notify_command = "touch {mine}"\nnotify_webhook = "http://127.0.0.1:1/"\n')
    assert call("status", "sync", NAME, "--notify").code == 2
    assert not mine.exists()


def test_watching_asks_more_seldom_while_nothing_changes(
    call: Caller, slurm: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(slurm, "RUNNING|0:0")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 7:
            says(slurm, "COMPLETED|0:0")

    monkeypatch.setattr(status_sync, "sleep", wait)
    said = call("status", "sync", NAME, "--watch")
    assert said.code == 0
    # Half as long again each time: at first it changed from pending to running.
    assert waits == [30.0, 45.0, 67.5, 101.25, 151.875, 227.8125, 300.0]
    assert [line.split()[1:4] for line in said.out.splitlines() if "->" in line] == [
        ["pending", "->", "running"],
        ["running", "->", "completed"],
    ]


def test_ctrl_c_ends_the_watching_and_keeps_what_is_recorded(
    call: Caller, slurm: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(slurm, "RUNNING|0:0")

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status_sync, "sleep", stop)
    assert call("status", "sync", NAME, "--watch").code == 130
    assert "running" in call("status", "show", NAME).out
