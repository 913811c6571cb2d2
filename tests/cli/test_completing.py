"""Completion: asked as each shell asks, over a real registry; the table holds what the verbs take."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.cli.completing import table as table_module
from ckreg.cli.completing.parameters import table_of
from ckreg.cli.completing.table import TABLE
from ckreg.cli.completing.writing import table_text
from ckreg.cli.main import VERBS, ckreg, main
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT

_BIN = Path(sys.executable).parent


class Shell:
    """`offered("status", "")`: what a Tab at the end of the last word would offer."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(folder)
        self.monkeypatch = monkeypatch
        self.capfd = capfd

    def offered(self, *words: str, asks: str = "bash") -> list[str]:
        typed = ["ckreg", *words]
        self.monkeypatch.setenv("_CKREG_COMPLETE", f"{asks}_complete")
        self.monkeypatch.setenv("COMP_WORDS", "\n".join(typed))
        self.monkeypatch.setenv("COMP_CWORD", words[-1] if asks == "fish" else str(len(typed) - 1))
        self.capfd.readouterr()
        main([])
        said = self.capfd.readouterr()
        assert not said.err
        return said.out.split()


@pytest.fixture
def shell(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(home.root, monkeypatch, capfd)


def plain(*values: str) -> list[str]:
    return [f"plain,{value}" for value in values]


def test_the_table_says_what_the_verbs_take() -> None:
    helps = {verb: told for group in VERBS.values() for verb, told in group.items()}
    table = table_of(ckreg, helps)
    assert table == TABLE, "run `python docs/make_completion.py`"
    assert table_text(table) == Path(table_module.__file__).read_text()


def test_verbs_and_their_verbs(shell: Shell) -> None:
    assert shell.offered("sta") == plain("status")
    assert shell.offered("status", "") == plain("flush", "set", "show", "sync")
    assert "plain,merge-driver" not in shell.offered("")


def test_options_and_their_values(shell: Shell) -> None:
    assert shell.offered("status", "set", "x", "y", "--st") == plain("--status")
    assert shell.offered("status", "set", "--status", "") == plain(
        "pending", "running", "completed", "failed"
    )
    assert shell.offered("export", "x", "--output", "") == ["file,"]
    assert shell.offered("-C", "") == ["dir,"]


def test_a_value_behind_an_equal_sign(shell: Shell) -> None:
    # bash makes three words of it, and replaces the last.
    assert shell.offered("status", "set", "--status", "=", "com") == plain("completed")
    assert shell.offered("status", "set", "--status", "=") == plain(
        "pending", "running", "completed", "failed"
    )
    assert shell.offered("status", "set", "--status=com") == plain("--status=completed")
    assert shell.offered("status", "set", "--status=com", asks="fish") == plain("--status=completed")


def test_experiments(shell: Shell) -> None:
    assert shell.offered("show", "") == plain(EXPERIMENT)
    assert shell.offered("show", EXPERIMENT[:4]) == plain(EXPERIMENT)
    assert shell.offered("show", "experiments/") == plain(f"experiments/{EXPERIMENT}")
    assert shell.offered("show", "nothing") == []
    assert shell.offered("design", "--from", "") == plain(EXPERIMENT)
    assert shell.offered("runs", "--experiment", "") == plain(EXPERIMENT)
    assert shell.offered("compare", EXPERIMENT, "") == plain(EXPERIMENT)


def test_experiments_of_another_folder(shell: Shell, tmp_path: Path, home: Home) -> None:
    shell.monkeypatch.chdir(tmp_path)
    assert shell.offered("show", "") == []
    assert shell.offered("-C", home.root.name, "show", "") == plain(EXPERIMENT)


def test_runs_of_the_experiment_typed_before(shell: Shell) -> None:
    runs = plain("L1B_rank4", "L1B_rank64", "L1B_base")
    assert shell.offered("status", "set", EXPERIMENT, "") == runs
    assert shell.offered("status", "set", EXPERIMENT[:5], "L1B_r") == runs[:2]
    assert shell.offered("retry", EXPERIMENT, runs[0].removeprefix("plain,"), "") == runs
    assert shell.offered("amend", EXPERIMENT, "--drop-run", "") == runs
    assert shell.offered("runs", "-e", EXPERIMENT, "") == runs


def test_tasks_and_epochs_of_the_run_typed_before(shell: Shell) -> None:
    run = "L1B_rank4"
    assert shell.offered("status", "set", EXPERIMENT, run, "--task", "") == plain("cap")
    assert shell.offered("logs", EXPERIMENT, run, "--task", "cap", "--epoch", "") == plain("0", "1")


def test_names_that_a_shell_would_not_take_as_one_word_are_left_out(shell: Shell, home: Home) -> None:
    for name in ("$(touch gone)", "a b", "-rf", "x;y", "e\x1b[31m", "*", "q'uote", "line\nbreak"):
        folder = home.experiments / name
        folder.mkdir()
        (folder / "experiment_summary.md").write_text("# x\n")
    assert shell.offered("show", "") == plain(EXPERIMENT)


@pytest.mark.parametrize(
    "words",
    [
        ("nosuch", "verb", ""),
        ("status", "nosuch", ""),
        ("logs", "nosuch", ""),
        ("logs", "'open quote"),
        ("-C", "/nonexistent", "show", ""),
        ("query", "SELECT", ""),
    ],
)
def test_where_there_is_nothing_to_offer_nothing_is_said(shell: Shell, words: Sequence[str]) -> None:
    assert shell.offered(*words) == []


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"", b"| a |\n|---|\n", b"\0" * 99])
def test_a_document_that_cannot_be_read_has_no_names(shell: Shell, home: Home, damage: bytes) -> None:
    home.summary(EXPERIMENT).write_bytes(damage)
    assert shell.offered("logs", EXPERIMENT, "") == []


def test_no_shell_that_click_knows(shell: Shell) -> None:
    assert shell.offered("", asks="tcsh") == []


def test_how_to_get_it_is_in_the_help(call: Caller) -> None:
    assert "ckreg completion --help" in call("--help").out
    assert 'eval "$(ckreg completion bash)"' in call("completion", "--help").out
    assert call("completion", "tcsh").code == 2


def _in(shell: str, *words: str, folder: Path) -> list[str]:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    environment = {**os.environ, "PATH": f"{_BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        [shell, *words], cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert not done.stderr
    return done.stdout.split("\n")


def test_in_bash(home: Home) -> None:
    script = f"""
        eval "$(ckreg completion bash)"
        complete -p ckreg
        COMP_WORDS=(ckreg status set {EXPERIMENT} L1B_r) COMP_CWORD=4
        _ckreg_completion ckreg
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    registered, *offered = _in("bash", "--norc", "-c", script, folder=home.root)
    assert registered.startswith("complete ")
    assert registered.endswith("-F _ckreg_completion ckreg")
    assert offered[:-1] == ["L1B_rank4", "L1B_rank64"]


def test_in_zsh(home: Home) -> None:
    # What zsh's own functions are given, without a person at an editor.
    script = f"""
        compdef() {{ echo compdef $* }}
        compadd() {{ print -l -- "${{(P@)@[-1]}}" }}
        eval "$(ckreg completion zsh)"
        words=(ckreg status set {EXPERIMENT} L1B_r) CURRENT=5
        _ckreg_completion
    """
    offered = _in("zsh", "-f", "-c", script, folder=home.root)
    assert offered[0] == "compdef _ckreg_completion ckreg"
    assert offered[1:-1] == ["L1B_rank4", "L1B_rank64"]


def test_in_fish(home: Home) -> None:
    script = f'ckreg completion fish | source; complete -C "ckreg status set {EXPERIMENT} L1B_r"'
    offered = _in("fish", "--no-config", "-c", script, folder=home.root)
    assert offered[:-1] == ["L1B_rank4", "L1B_rank64"]
