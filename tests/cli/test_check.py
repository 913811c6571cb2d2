import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.flows import checking
from tests.cli.calls import Caller
from tests.documents import EXPERIMENT

PATH = f"experiments/{EXPERIMENT}/experiment_summary.md"


def test_a_registry_that_is_well(call: Caller) -> None:
    said = call("check")
    assert (said.code, said.out, said.err) == (0, "", "No problems.\n")


def test_an_error_exits_with_1_in_every_format(call: Caller, home: Home) -> None:
    file = home.summary(EXPERIMENT)
    file.write_text(file.read_text().replace("| L1B_rank4 | pending", "| L1B_rank4 | done"))
    message = "the status 'done' is none of pending, running, completed, failed"
    said = call("check")
    assert (said.code, said.out) == (1, f"{PATH}:69:15: error CK301: {message}\n")
    assert call("check", "--format", "github").out == (
        f"::error file={PATH},line=69,col=15,title=CK301::{message}\n"
    )
    assert json.loads(call("check", "--json").out) == [
        {
            "code": "CK301",
            "severity": "error",
            "path": PATH,
            "line": 69,
            "column": 15,
            "message": message,
            "fixable": False,
        }
    ]


def test_warnings_fail_only_when_strict(call: Caller, home: Home) -> None:
    file = home.summary(EXPERIMENT)
    file.write_text(file.read_text().replace("# Experiment: cap", "# Experiment: cup"))
    assert call("check").code == 0
    assert call("check", "--strict").code == 1


def test_what_is_not_utf8_is_a_problem_of_that_file(call: Caller, home: Home) -> None:
    home.summary(EXPERIMENT).write_bytes(b"# x\n\xff\n")
    said = call("check")
    assert said.code == 1
    assert f"{PATH}:1:1: error CK001" in said.out
    assert "experiment_summary.md:2: byte 0xff is not UTF-8" in said.out


@pytest.mark.parametrize(("name", "code"), [("spec.yaml", "CK701"), ("plan.seal", "CK705")])
def test_what_lies_beside_and_is_no_text_is_told_so(call: Caller, home: Home, name: str, code: str) -> None:
    (home.summary(EXPERIMENT).parent / name).write_bytes(b"task: \xff\n")
    said = call("check")
    assert said.code == 1
    assert f"/{name}:1:1: error {code}: it is no text in UTF-8" in said.out


def test_paths_and_names_that_are_not_there(call: Caller) -> None:
    assert call("check", "nowhere").code == 3
    assert call("check", PATH).code == 0
    assert call("check", f"experiments/{EXPERIMENT}").code == 0


def broken(home: Home, old: str = "| L1B_rank4 | pending", new: str = "| L1B_rank4 | **Pending**") -> str:
    file = home.summary(EXPERIMENT)
    file.write_text(file.read_text().replace(old, new, 1))
    return file.read_text()


def test_fix_mends_the_file_and_commits_nothing(call: Caller, home: Home, git: Callable[..., str]) -> None:
    good = home.summary(EXPERIMENT).read_text()
    bad = broken(home)
    broken(home, "- **Total evaluations:** 4", "- **Total evaluations:** 7")
    head = git(home.root, "rev-parse", "HEAD")
    assert json.loads(call("check", "--json", "--select", "CK301").out)[0]["fixable"] is True
    assert "(2 to be mended by `ckreg check --fix`)" in call("check").err
    shown = call("check", "--fix", "--dry-run")
    assert shown.code == 0
    assert "-| L1B_rank4 | **Pending** | - | - | - | - |" in shown.out
    assert "+- **Total evaluations:** 4" in shown.out
    assert home.summary(EXPERIMENT).read_text() != good != bad
    done = call("check", "--fix")
    assert (done.code, done.out) == (0, "")
    assert f"Mended {PATH}: CK301, CK411." in done.err
    assert home.summary(EXPERIMENT).read_text() == good
    assert git(home.root, "rev-parse", "HEAD") == head
    assert "nothing that is safe to mend" in call("check", "--fix").err


def test_fix_keeps_to_what_is_selected_and_to_line_endings(call: Caller, home: Home) -> None:
    file = home.summary(EXPERIMENT)
    broken(home)
    broken(home, "- **Total evaluations:** 4", "- **Total evaluations:** 7")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert call("check", "--fix", "--select", "CK411").code == 0
    text = file.read_bytes().decode()
    assert "**Pending**" in text
    assert "- **Total evaluations:** 4\r\n" in text
    assert text.count("\n") == text.count("\r\n")


def test_fix_follows_no_link(call: Caller, home: Home, tmp_path: Path) -> None:
    broken(home)
    file, other = home.summary(EXPERIMENT), tmp_path / "other.md"
    file.rename(other)
    file.symlink_to(other)
    before = other.read_text()
    said = call("check", "--fix")
    assert (said.code, "out of the registry through a link" in said.out, other.read_text()) == (
        1,
        True,
        before,
    )


def test_a_line_under_a_table_is_set_apart(call: Caller, home: Home) -> None:
    broken(home, "| Control | - |\n", "| Control | - |\nThat is all.\n")
    assert call("check", "--fix").code == 0
    assert "| Control | - |\n\nThat is all.\n" in home.summary(EXPERIMENT).read_text()


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ((), ["CK301", "CK411"]),
        (("--select", "CK3"), ["CK301"]),
        (("--ignore", "CK3"), ["CK411"]),
        (("--ignore", "ck301,CK4"), []),
        (("--select", "CK3", "--select", "CK411"), ["CK301", "CK411"]),
        (("--select", "CK411", "--ignore", "CK4"), ["CK411"]),
        (("--select", "CK4", "--ignore", "CK411"), []),
    ],
)
def test_rules_are_chosen_by_code_or_beginning(
    call: Caller, home: Home, words: tuple[str, ...], codes: list[str]
) -> None:
    broken(home)
    broken(home, "- **Total evaluations:** 4", "- **Total evaluations:** 7")
    told = json.loads(call("check", "--json", *words).out)
    assert sorted(problem["code"] for problem in told) == codes


def test_the_settings_choose_too(call: Caller, home: Home) -> None:
    broken(home)
    settings = home.root / "ckreg.toml"
    settings.write_text('check_ignore = ["CK3"]\n')
    assert call("check").code == 0
    assert call("check", "--select", "CK301").code == 1
    settings.write_text('check_ignore = ["CK999"]\n')
    assert "check_ignore: no rule has the code 'CK999'" in call("check").err


def test_a_code_that_no_rule_has_is_a_usage_error(call: Caller) -> None:
    said = call("check", "--select", "CK2033")
    assert (said.code, "Did you mean CK203?" in said.err) == (2, True)
    assert call("check", "--ignore", "C").code == 2
    assert call("check", "--fix", "--staged").code == 2
    assert call("check", "--dry-run").code == 2


@pytest.mark.parametrize(
    ("old", "new", "stands"),
    [
        ("done | - | - | - | - |", "done | - | - | - | <!-- ckreg: ignore CK301 --> |", True),
        ("done | - | - | - | - |", "done | - | - | - | <!-- ckreg: ignore CK302 --> |", False),
        ("### Fine-tuning\n", "### Fine-tuning\n<!-- ckreg: ignore CK3 -->\n", True),
        ("### Fine-tuning\n", "<!-- ckreg: ignore CK3 -->\n### Fine-tuning\n", False),
        ("## Overview\n", "## Overview\n<!-- ckreg: ignore-file CK105, CK301 -->\n", True),
    ],
    ids=["in the row", "another code", "above the table", "above the heading", "for the file"],
)
def test_a_comment_lets_a_problem_stand(call: Caller, home: Home, old: str, new: str, stands: bool) -> None:
    broken(home, "| L1B_rank4 | pending", "| L1B_rank4 | done")
    broken(home, old, new)
    told = json.loads(call("check", "--json").out)
    assert ("CK301" not in {problem["code"] for problem in told}) is stands


def test_a_comment_with_an_unknown_code_is_told(call: Caller, home: Home) -> None:
    broken(home, "## Overview\n", "<!-- ckreg: ignore CK999 -->\n## Overview\n")
    assert [problem["code"] for problem in json.loads(call("check", "--json").out)] == ["CK801"]


def test_what_is_remembered_gives_way_to_what_is_there(call: Caller, home: Home) -> None:
    old = time.time() - 60
    for file in home.experiments.rglob("*.md"):
        os.utime(file, (old, old))
    assert call("check").code == 0
    memory = home.state / "checked.json"
    broken(home)
    assert call("check").code == 1
    spec = home.summary(EXPERIMENT).parent / "spec.yaml"
    spec.write_text("tasks: x\n")
    told = json.loads(call("check", "--json").out)
    assert {(problem["code"], problem["path"].rpartition("/")[2]) for problem in told} >= {
        ("CK701", "spec.yaml")
    }
    for hostile in ("", "[]", '{"rules": 1}', "[" * 100_000, '{"files": {"x": 1}}'):
        memory.write_text(hostile)
        assert json.loads(call("check", "--json").out) == told


def test_what_is_remembered_is_told_the_same(
    call: Caller, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(home)
    monkeypatch.setattr(time, "time_ns", lambda: 2**62)  # later than any file
    first = call("check")
    kept = json.loads((home.state / "checked.json").read_text())
    assert list(kept["files"]) == [PATH]
    monkeypatch.setattr(checking, "check_file", None)  # nothing is read again
    assert call("check") == first
    kept["rules"] = "others"
    (home.state / "checked.json").write_text(json.dumps(kept))
    monkeypatch.undo()
    assert call("check").out == first.out


def test_a_state_folder_that_cannot_be_written_holds_nothing_up(
    call: Caller, home: Home, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in home.state.glob("*"):
        file.unlink()
    home.state.rmdir() if home.state.exists() else None
    home.state.symlink_to(elsewhere)
    assert call("check").code == 0
    assert list(elsewhere.iterdir()) == []


def test_a_rule_is_explained(call: Caller) -> None:
    said = call("check", "--explain", "CK302")
    assert said.out.startswith("CK302 (error): a row of Status is there twice\n\n")
    assert "Bad (line 7):" in said.out


def test_hostile_text_never_reaches_the_terminal_raw(call: Caller, home: Home) -> None:
    broken(home, "| L1B_rank4 | pending", "| L1B\x1b[31m_rank4 | pen\x07ding")
    for words in ((), ("--format", "github")):
        assert "\x1b" not in call("check", *words).out
