import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.core.settings import default_ckreg_toml
from ckreg.errors import MalformedError

Git = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "ckreg.toml").write_text(default_ckreg_toml())
    return Home(tmp_path)


def write_person_config(text: str) -> Path:
    path = Path(os.environ["HOME"]) / ".config" / "ckreg" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_each_place_beats_the_next(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def account() -> None:
        settings = load_settings(home)
        seen.append((settings.account, settings.origins["account"]))

    account()
    (home.root / "ckreg.toml").write_text('# ours\naccount = "toml"\n')
    account()
    (home.root / "claude.local.md").write_text("## SLURM\n\n- **Account**: `claude`\n")
    account()
    (home.root / "ckreg.local.toml").write_text('account = "local"\n')
    account()
    write_person_config('account = "person"\n')
    account()
    monkeypatch.setenv("CKREG_ACCOUNT", "variable")
    account()
    assert seen == [
        (None, "built-in"),
        ("toml", "ckreg.toml:2"),
        ("claude", "claude.local.md:3"),
        ("local", "ckreg.local.toml:1"),
        ("person", "~/.config/ckreg/config.toml:1"),
        ("variable", "CKREG_ACCOUNT"),
    ]
    settings = load_settings(home, {"account": "option", "gpus": None})
    assert (settings.account, settings.origins["account"]) == ("option", "command line")
    assert settings.origins["gpus"] == "built-in"


def test_outside_a_registry_the_persons_own_settings_count(monkeypatch: pytest.MonkeyPatch) -> None:
    write_person_config("gpus = 2\n")
    monkeypatch.setenv("CKREG_MODULES", "gcc/13, cuda/12")
    settings = load_settings(None)
    assert (settings.gpus, settings.modules) == (2, ("gcc/13", "cuda/12"))


def test_xdg_config_home_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ckreg").mkdir()
    (tmp_path / "ckreg" / "config.toml").write_text("gpus = 8\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings(None).gpus == 8


def test_paths_start_at_the_folder_of_the_file_that_names_them(home: Home) -> None:
    (home.root / "ckreg.toml").write_text('models_dir = "models"\nscratch_dir = "~/scratch"\n')
    settings = load_settings(home)
    assert settings.models_dir == str(home.root / "models")
    assert settings.scratch_dir == os.environ["HOME"] + "/scratch"


def test_a_variable_that_is_nearly_a_setting_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKREG_SCRATCHDIR", "/s")
    assert load_settings(None).warnings == ("CKREG_SCRATCHDIR sets nothing. Did you mean CKREG_SCRATCH_DIR?",)


@pytest.mark.parametrize(
    ("text", "line"),
    [("gpus = 1\naccount = lab\n", 2), ("gpus = 1\ngpus = 2\n", 2), ('account = "lab', 1), ("[" * 9999, 1)],
)
def test_a_file_that_is_not_toml_is_a_fault_with_its_line(home: Home, text: str, line: int) -> None:
    (home.root / "ckreg.toml").write_text(text)
    with pytest.raises(MalformedError, match=f"ckreg.toml:{line}: ") as caught:
        load_settings(home)
    assert str(caught.value).isprintable()


def test_a_value_of_the_wrong_kind_names_file_and_line(home: Home) -> None:
    (home.root / "ckreg.toml").write_text('# x\n\n"gpus" = "two"\n')
    with pytest.raises(MalformedError, match=r"ckreg\.toml:3: `gpus` must be a whole number"):
        load_settings(home)


def test_a_file_too_large_for_settings_is_refused(home: Home) -> None:
    (home.root / "ckreg.toml").write_text("# " + "x" * 2_000_000)
    with pytest.raises(MalformedError, match="1 MiB"):
        load_settings(home)


def test_what_git_tracks_is_not_one_persons_and_is_ignored(home: Home, git: Git) -> None:
    git(home.root, "init", "-q")
    (home.root / "claude.local.md").write_text("- **Account**: `evil`\n")
    (home.root / "ckreg.local.toml").write_text("gpus = 2\n")
    git(home.root, "add", "claude.local.md")
    settings = load_settings(home)
    assert (settings.account, settings.gpus) == (None, 2)
    (warning,) = settings.warnings
    assert warning.startswith("claude.local.md is ignored: git tracks it")


def test_a_link_out_of_the_registry_is_ignored(tmp_path: Path) -> None:
    root = tmp_path / "registry"
    root.mkdir()
    (tmp_path / "elsewhere.toml").write_text("gpus = 2\n")
    (root / "ckreg.local.toml").symlink_to("../elsewhere.toml")
    settings = load_settings(Home(root))
    assert settings.gpus == 1
    assert "link out of the registry" in settings.warnings[0]


def test_commands_in_a_committed_file_are_ignored_with_a_warning(home: Home) -> None:
    (home.root / "ckreg.toml").write_text('sbatch = "touch /tmp/owned"\n')
    assert "`sbatch` is not a setting" in load_settings(home).warnings[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ckreg.toml", 'quota_command = "touch /tmp/owned"\n'),
        ("ckreg.local.toml", 'quota_command = "touch /tmp/owned"\n'),
        ("claude.local.md", "- **Quota command**: `touch /tmp/owned`\n"),
        ("claude.local.md", "- **quota_command**: `touch /tmp/owned`\n"),
    ],
)
def test_a_command_is_taken_from_the_persons_own_config_alone(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    (home.root / name).write_text(text)
    settings = load_settings(home)
    assert (settings.quota_command, settings.origins["quota_command"]) == (None, "built-in")
    (warning,) = settings.warnings
    assert warning.startswith(f"{name}:1: `quota_command` is ignored here")
    assert "~/.config/ckreg/config.toml" in warning
    write_person_config('quota_command = "checkquota -g lab"\n')
    assert load_settings(home).quota_command == "checkquota -g lab"
    monkeypatch.setenv("CKREG_QUOTA_COMMAND", "myquota")
    settings = load_settings(home)
    assert (settings.quota_command, settings.origins["quota_command"]) == ("myquota", "CKREG_QUOTA_COMMAND")
