"""`ckreg skill`, and that all it tells an assistant to call is there."""

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from ckreg.adapters.assistant_files import template
from ckreg.adapters.tree import Home
from ckreg.cli.main import ckreg
from tests.cli.calls import Caller

SKILL = ".claude/skills/design-experiment/SKILL.md"
CALLS = re.compile(r"`(ckreg [^`]+)`|^(ckreg .+)$", re.MULTILINE)


def found_in(name: str) -> list[str]:
    return sorted({first or second for first, second in CALLS.findall(template(name))})


@pytest.mark.parametrize("line", [*found_in("SKILL.md"), *found_in("AGENTS.md")])
def test_every_command_and_option_is_there(line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = ckreg
    context = click.Context(command)
    while isinstance(command, click.Group) and words and words[0] != "COMMAND":
        part = command.get_command(context, words.pop(0))
        assert part is not None, line
        command = part
    options = {name for parameter in command.params for name in parameter.opts}
    used = {word for word in words if word.startswith("--")} - {"--help"}
    assert used <= options


def test_options_that_are_named_alone_are_somewhere() -> None:
    known = {
        name
        for verb in ckreg.list_commands(click.Context(ckreg))
        if (command := ckreg.get_command(click.Context(ckreg), verb))
        for parameter in command.params
        for name in parameter.opts
    }
    assert set(re.findall(r"`(--[a-z-]+)`", template("SKILL.md"))) <= known


def test_the_seeds_questions_are_asked() -> None:
    asked = set(re.findall(r"^\|[^|]+\| ([a-z_.]+) \|", template("SKILL.md"), re.MULTILINE))
    assert asked == {
        "question", "variables", "models", "controls.base_models", "dataset", "evaluation.tasks",
        "training.recipe", "training.epochs", "training.gpus", "training.validation",
        "training.system_prompt", "training.batch_size", "training.packed", "evaluation.epochs",
        "evaluation.matrix", "task", "factor", "notes",
    }  # fmt: skip


def test_install_twice_and_uninstall(home: Home, call: Caller) -> None:
    agents = home.root / "AGENTS.md"
    agents.write_bytes(b"# Ours\r\n\r\nBe kind.")
    dry = call("skill", "install", "--agents-md", "--dry-run")
    assert dry.out.startswith(f"--- /dev/null\n+++ {SKILL}\n")
    assert not (home.root / ".claude").exists()
    told = json.loads(call("skill", "install", "--agents-md", "--json").out)
    assert ([file["path"] for file in told["files"]], told["changed"]) == ([SKILL, "AGENTS.md"], True)
    assert (home.root / SKILL).read_text().startswith("---\nname: design-experiment\ndescription: ")
    assert agents.read_bytes().startswith(b"# Ours\r\n\r\nBe kind.\r\n<!-- ckreg: begin -->\r\n")
    again = call("skill", "install", "--agents-md")
    assert (again.out, "nothing changed" in again.err) == ("", True)
    assert call("skill", "uninstall").code == 0
    assert agents.read_bytes() == b"# Ours\r\n\r\nBe kind."
    assert not (home.root / ".claude").exists()
    assert "nothing changed" in call("skill", "uninstall").err


def test_what_a_person_wrote_stays(home: Home, call: Caller) -> None:
    skill = home.root / SKILL
    skill.parent.mkdir(parents=True)
    skill.write_text("---\nname: design-experiment\n---\nmine\n")
    for words in (("install",), ("uninstall",)):
        said = call("skill", *words)
        assert (said.code, "was not written by ckreg" in said.err) == (4, True)
    assert call("skill", "install", "--force").code == 0
    skill.write_text(skill.read_text() + "And be brief.\n")
    said = call("skill", "install")
    assert (said.code, "has changes of your own" in said.err) == (4, True)
    (skill.parent / "mine.md").touch()
    assert call("skill", "uninstall", "--force").code == 0
    assert [path.name for path in skill.parent.iterdir()] == ["mine.md"]


def test_links_are_not_followed(home: Home, call: Caller, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home.root / ".claude").symlink_to(tmp_path / "elsewhere")
    said = call("skill", "install")
    assert (said.code, "is a link" in said.err) == (4, True)
    (home.root / ".claude").unlink()
    (home.root / "AGENTS.md").symlink_to(tmp_path / "nowhere.md")
    assert call("skill", "install", "--agents-md").code == 4
    assert not (home.root / ".claude").exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = Caller(tmp_path, capsys)
    assert outside("skill", "install").code == 3
    assert outside("skill", "install", "--project", "none").code == 3
    assert outside("skill", "install", "--user", "--agents-md").code == 2
    assert outside("skill", "install", "--user", "--project", ".").code == 2
    assert outside("skill", "install", "--user").code == 0
    assert (Path.home() / SKILL).is_file()
    assert outside("skill", "install", "--project", ".", "--agents-md").code == 0
    assert outside("skill", "uninstall", "--project", ".").code == 0
    assert list(tmp_path.iterdir()) == []


def test_folders_of_a_home_may_be_links_and_those_of_a_registry_not(
    home: Home, call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, mine = tmp_path / "dotfiles", tmp_path / "me"
    elsewhere.mkdir()
    mine.mkdir()
    monkeypatch.setenv("HOME", str(mine))
    for root in (mine, home.root):
        (root / ".claude").symlink_to(elsewhere)
    said = call("skill", "install")
    assert (said.code, "is a link" in said.err, list(elsewhere.iterdir())) == (4, True, [])
    assert call("skill", "install", "--user").code == 0
    skill = elsewhere / "skills" / "design-experiment" / "SKILL.md"
    assert skill.is_file()
    assert call("skill", "uninstall").code == 4
    assert call("skill", "uninstall", "--user").code == 0
    assert not skill.exists()
    assert (mine / ".claude").is_symlink()
