import json
from pathlib import Path

import pytest

from ckreg.cli.main import main


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    (tmp_path / "ckreg.toml").write_text('account = "lab"\nmodles_dir = "/m"\ngpu_memory_gib = 80\n')
    (tmp_path / "claude.local.md").write_text(
        "- **Scratch directory**: `/scratch/ada`\n- **Partition**: (none)\n"
    )
    return tmp_path


def test_settings_are_grouped_by_where_they_come_from(
    registry: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CKREG_GPUS", "4")
    assert main(["-C", str(registry), "config"]) == 0
    seen = capsys.readouterr()
    blocks = dict(block.split("\n", 1) for block in seen.out.strip().split("\n\n"))
    assert list(blocks) == ["ckreg.toml", "claude.local.md", "environment", "built-in", "not set"]
    assert blocks["ckreg.toml"].split() == ["account", "lab", "gpu_memory_gib", "80"]
    assert blocks["claude.local.md"].split() == ["scratch_dir", "/scratch/ada", "partition", "(none)"]
    assert blocks["environment"].split() == ["gpus", "4"]
    assert "  models_dir            Where the pretrained models lie" in blocks["not set"]
    assert "Did you mean `models_dir`?" in seen.err
    assert max(map(len, seen.out.splitlines())) <= 80


def test_one_value_is_printed_alone(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(registry), "config", "scratch_dir"]) == 0
    seen = capsys.readouterr()
    assert seen.out == "/scratch/ada\n"
    assert "from claude.local.md:1" in seen.err


def test_json_has_the_value_as_it_is(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(registry), "config", "--json"]) == 0
    rows = {row["key"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["gpu_memory_gib"]["value"] == 80
    assert rows["partition"] == {
        "key": "partition",
        "value": None,
        "origin": "claude.local.md:2",
        "help": 'Slurm partition; "(none)" leaves it to Slurm.',
    }
    assert rows["modules"]["value"] == []


def test_an_unknown_key_is_not_found(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(registry), "config", "gpu"]) == 3
    assert "Did you mean `gpus`?" in capsys.readouterr().err
