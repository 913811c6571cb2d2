from pathlib import Path

import pytest

from ckreg.adapters.packages import installed_versions

PACKAGES = ("torchtune", "torch")


def installed(environment: Path, **versions: str) -> None:
    for package, version in versions.items():
        folder = environment / "lib" / "python3.11" / "site-packages" / f"{package}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")


def test_an_environment_is_found_by_its_path(tmp_path: Path) -> None:
    installed(tmp_path / "env", torch="2.7.0+cu126", torchtune="0.6.1")
    found = installed_versions(str(tmp_path / "env"), PACKAGES)
    assert found == (("torchtune", "0.6.1"), ("torch", "2.7.0+cu126"))


def test_an_environment_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path / ".conda" / "envs" / "cruijff", torchtune="0.6.1")
    installed(tmp_path / "elsewhere" / "other", torch="2.7.0")
    (tmp_path / ".conda" / "environments.txt").write_text(f"{tmp_path}/elsewhere/other\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CONDA_ENVS_PATH", raising=False)
    monkeypatch.delenv("CONDA_EXE", raising=False)
    assert installed_versions("cruijff", PACKAGES) == (("torchtune", "0.6.1"),)
    assert installed_versions("other", PACKAGES) == (("torch", "2.7.0"),)
    assert installed_versions("none", PACKAGES) == ()


def test_a_version_that_is_none_is_left_out(tmp_path: Path) -> None:
    installed(tmp_path, torch="1")
    metadata = next(tmp_path.glob("lib/*/*/torch-1.dist-info/METADATA"))
    metadata.write_text("Metadata-Version: 2.1\nName: torch\nVersion: 1\x1b[2J | x\n")
    assert installed_versions(f"{tmp_path}/", PACKAGES) == ()
