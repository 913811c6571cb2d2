import json
import os
import shutil
from pathlib import Path

import pytest

from ckreg.adapters import probe


def test_the_answer_has_the_command_as_one_would_type_it(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    answer = probe.list_names(str(folder))
    assert answer == probe.Answer(f"ls -- '{folder}'", "config.json\n", None)


@pytest.mark.parametrize("path", ["-rf", "$(touch owned)", "; touch owned", "a\0b", "\x1b[31m\n"])
def test_a_path_is_never_an_option_nor_a_command(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = probe.list_names(path)
    assert answer.problem
    assert answer.command.isprintable()
    assert answer.problem.isprintable()
    assert not (tmp_path / "owned").exists()


def test_a_program_that_is_not_there_is_a_problem() -> None:
    assert probe.ask(["no-such-program"]).problem == "no-such-program is not installed"


def test_size_follows_links(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(os.urandom(300_000))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").symlink_to(tmp_path / "blob")
    _, held = probe.measure(str(tmp_path / "model"))
    assert held is not None
    assert 300_000 <= held < 400_000


def test_free_space_is_that_of_the_filesystem(tmp_path: Path) -> None:
    answer, free = probe.free_space(str(tmp_path))
    assert answer.command == f"df -Pk -- {tmp_path}"
    assert free == pytest.approx(shutil.disk_usage(tmp_path).free / 1024**3, rel=0.05)
    assert probe.free_space(str(tmp_path / "absent"))[1] is None


def model(folder: Path, **files: bytes) -> str:
    folder.mkdir()
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return str(folder)


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"model__safetensors": b"weights"}, None),
        ({"config__json": b"{}"}, "it has no weights"),
        ({"training_args__bin": b"x"}, "it has no weights"),
        (
            {"model__safetensors": b""},
            "model.safetensors is empty, a dangling link or only a pointer of git-lfs",
        ),
        (
            {"model__safetensors": b"version https://git-lfs.github.com/spec/v1\noid sha256:0"},
            "model.safetensors is empty, a dangling link or only a pointer of git-lfs",
        ),
    ],
)
def test_weights_must_really_be_there(tmp_path: Path, files: dict[str, bytes], fault: str | None) -> None:
    assert probe.weights_fault(model(tmp_path / "m", **files)) == fault


def test_a_missing_shard_is_found_through_the_index(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    index = {
        "weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-2.safetensors"}
    }
    files = {"model-1__safetensors": b"w", "model__safetensors__index__json": json.dumps(index).encode()}
    assert probe.weights_fault(model(folder, **files)) == "1 of its weight files are missing"
    (folder / "model-2.safetensors").write_bytes(b"w")
    assert probe.weights_fault(str(folder)) is None


@pytest.mark.parametrize(
    "index", [b"[]", b"{", b'{"weight_map": [1]}', b'{"weight_map": {"a": 1, "b": "\\u0000"}}']
)
def test_a_strange_index_is_no_failure(tmp_path: Path, index: bytes) -> None:
    folder = model(tmp_path / "m", model__safetensors=b"w", model__safetensors__index__json=index)
    assert probe.weights_fault(folder) is None


def test_a_pipe_or_a_dangling_link_is_no_weights(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.safetensors")
    assert (
        probe.weights_fault(str(tmp_path))
        == "model.safetensors is empty, a dangling link or only a pointer of git-lfs"
    )
    (tmp_path / "model.safetensors").unlink()
    (tmp_path / "model.safetensors").symlink_to("blobs/absent")
    assert (
        probe.weights_fault(str(tmp_path))
        == "model.safetensors is empty, a dangling link or only a pointer of git-lfs"
    )


def test_metas_own_layout_is_a_model_too(tmp_path: Path) -> None:
    (tmp_path / "original").mkdir()
    (tmp_path / "original" / "params.json").write_text("{}")
    (tmp_path / "original" / "consolidated.00.pth").write_bytes(b"w")
    assert probe.has_config(str(tmp_path))
    assert probe.weights_fault(str(tmp_path)) is None


def test_free_inodes_are_those_of_the_filesystem(tmp_path: Path) -> None:
    answer, free = probe.free_files(str(tmp_path))
    assert answer.command == f"df -Pi -- {tmp_path}"
    total = os.statvfs(tmp_path).f_files
    assert free is None if total == 0 else 0 < (free or 0) <= total
    assert probe.free_files(str(tmp_path / "absent"))[1] is None


def test_the_filesystem_is_named_as_df_names_it(tmp_path: Path) -> None:
    answer, _ = probe.free_space(str(tmp_path))
    device, mounted = probe.filesystem(answer)
    assert answer.output.splitlines()[1].startswith(device)
    assert os.path.ismount(mounted)  # what df calls mounted
    assert probe.filesystem(probe.Answer("df", "nonsense", None)) == ()


def test_a_quota_command_is_run_in_no_registry_and_by_no_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkquota").write_text(
        '#!/bin/sh\npwd\nprintf \'%s|\' "$LC_ALL" "$@"\nread x || echo shut\n'
    )
    (tmp_path / "checkquota").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    answer = probe.quota("checkquota -g 'a b' $(touch owned); touch owned")
    assert answer.output == "/\nC|-g|a b|$(touch|owned);|touch|owned|shut\n"
    assert not (tmp_path / "owned").exists()
    assert "full path" in (probe.quota("./checkquota").problem or "")
    assert "full path" in (probe.quota("bin/checkquota").problem or "")
    assert probe.quota(f"{tmp_path}/checkquota").problem is None


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("checkquota 'open", "quota_command is no command: No closing quotation"),
        ("", "quota_command is empty"),
        ("no-such-quota", "no-such-quota is not installed"),
    ],
)
def test_a_quota_command_that_cannot_run_says_why(command: str, problem: str) -> None:
    assert probe.quota(command).problem == problem


def checkpoint(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(os.urandom(200_000))


def test_the_last_checkpoint_beside_a_log_or_in_a_folder_there(tmp_path: Path) -> None:
    checkpoint(tmp_path / "a" / "epoch_2", "model.safetensors")
    checkpoint(tmp_path / "a" / "epoch_10", "model.safetensors", "adapter_model.pt")
    checkpoint(tmp_path / "a" / "epoch_11", "README.md")
    found = probe.last_checkpoint(str(tmp_path / "a"))
    assert found is not None
    assert found.gib * 1024**3 == pytest.approx(400_000, rel=0.1)
    assert (found.adapter_only, found.command) == (False, f"du -sk -- {tmp_path}/a/epoch_10")
    checkpoint(tmp_path / "b" / "out" / "checkpoint-500", "adapter_model.safetensors", "optimizer.pt")
    found = probe.last_checkpoint(str(tmp_path / "b"))
    assert found is not None
    assert found.adapter_only


def test_where_there_is_no_checkpoint_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "epoch_0").symlink_to("/")
    (tmp_path / "epoch_1").mkdir()
    (tmp_path / "epoch_x").mkdir()
    for folder in (str(tmp_path), str(tmp_path / "absent"), "a\0b", ""):
        assert probe.last_checkpoint(folder) is None
